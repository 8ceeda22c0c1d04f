// The health check of the compose files, for mongosh. Makes the server a replica set of one, and with
// MONGO_ROOT_PASSWORD also its users. It does only what is missing. Exit status 0: it takes writes.
const host = process.env.MONGO_HOST || "mongo:27017";
const rootPassword = process.env.MONGO_ROOT_PASSWORD;
const password = process.env.MONGO_PASSWORD;
const admin = db.getSiblingDB("admin");

function unless(codes, action) {
  try {
    action();
  } catch (error) {
    if (!codes.includes(error.code)) throw error;
  }
}

const ALREADY_INITIALIZED = 23;
const UNAUTHORIZED = 13; // there is a user, so the localhost exception is over
const USER_EXISTS = 51003;

if (!db.hello().setName) {
  unless([ALREADY_INITIALIZED, UNAUTHORIZED], () => rs.initiate({ _id: "rs0", members: [{ _id: 0, host }] }));
}
const isReady = db.hello().isWritablePrimary;
if (isReady && rootPassword) {
  unless([UNAUTHORIZED, USER_EXISTS], () => admin.createUser({ user: "root", pwd: rootPassword, roles: ["root"] }));
  admin.auth("root", rootPassword);
  const roles = [{ role: "readWrite", db: "kraken" }];
  unless([USER_EXISTS], () => admin.createUser({ user: "kraken", pwd: password, roles }));
}
quit(isReady ? 0 : 1);

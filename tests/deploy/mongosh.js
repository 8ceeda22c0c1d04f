// What replica-set.js uses of mongosh, for Node.js: `node mongosh.js PYTHON … --port PORT SCRIPT`.
// A command goes to the server by PyMongo, as the user of the last `auth`.
const { execFileSync } = require("child_process");
const { readFileSync } = require("fs");
const vm = require("vm");

const [python, ...options] = process.argv.slice(2);
const port = options[options.indexOf("--port") + 1];
const SEND = `
import json, sys
from pymongo import MongoClient
from pymongo.errors import OperationFailure
port, user, command = json.loads(sys.argv[1])
options = {"username": user[0], "password": user[1]} if user else {}
with MongoClient("127.0.0.1", int(port), directConnection=True, **options) as client:
    try:
        reply = client.admin.command(command)
    except OperationFailure as error:
        reply = {"failed": True, "code": error.code, "errmsg": str(error)}
print(json.dumps(reply, default=str))
`;
let user = null;

function run(command) {
  const sent = JSON.stringify([port, user, command]);
  const reply = JSON.parse(execFileSync(python, ["-c", SEND, sent], { encoding: "utf-8" }));
  if (reply.failed) throw Object.assign(new Error(reply.errmsg), { code: reply.code });
  return reply;
}

const admin = {
  auth: (name, password) => {
    user = [name, password];
    run({ connectionStatus: 1 });
  },
  createUser: ({ user: name, ...rest }) => run({ createUser: name, ...rest }),
};
const db = { hello: () => run({ hello: 1 }), getSiblingDB: () => admin };
const rs = { initiate: (config) => run({ replSetInitiate: config }) };
const file = options[options.length - 1];
vm.runInNewContext(readFileSync(file, "utf-8"), { db, rs, process, quit: process.exit });

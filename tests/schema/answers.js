// Asks Prisma's schema checks. A line of stdin is a schema in JSON; a line of stdout is what they say
// of it: {"lint": each mistake with its place, "refused": whether `prisma validate` refuses it}.
// The first argument is the folder with the npm package @prisma/prisma-schema-wasm.
const checks = require(process.argv[2])
const lines = require('node:readline').createInterface({ input: process.stdin })

lines.on('line', (line) => {
  const schema = [['schema.prisma', JSON.parse(line)]]
  const lint = JSON.parse(checks.lint(JSON.stringify(schema)))
  let refused = false
  try {
    checks.validate(JSON.stringify({ prismaSchema: schema, noColor: true }))
  } catch {
    refused = true
  }
  console.log(JSON.stringify({ lint, refused }))
})

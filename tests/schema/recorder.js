// A generator for Prisma's CLI that keeps what it is told: writes the parameters of `generate` to
// NAME.json in the folder RECORD. Speaks the CLI's JSON-RPC: requests on stdin, answers on stderr.
const { writeFileSync } = require('node:fs')
const { join } = require('node:path')
const lines = require('node:readline').createInterface({ input: process.stdin })

lines.on('line', (line) => {
  const { id, method, params } = JSON.parse(line)
  let result = null
  if (method === 'getManifest') result = { manifest: { prettyName: 'Recorder', defaultOutput: '.' } }
  if (method === 'generate') {
    writeFileSync(join(process.env.RECORD, `${params.generator.name}.json`), JSON.stringify(params))
  }
  process.stderr.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\n')
})

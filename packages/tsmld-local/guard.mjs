// Runs a command and ends it when this process's stdin closes, which happens however the parent dies, SIGKILL included.
// Usage: node guard.mjs <folder> <command> [arguments…]
import { spawn } from 'node:child_process'

const [folder, command, ...args] = process.argv.slice(2)
const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] })

// The emulators keep nothing that needs saving, so there is no gentler first try.
const end = () => child.kill('SIGKILL')
process.stdin.on('end', end).on('error', end).resume()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end)

child.on('error', error => {
  process.stderr.write(`The command ${command} could not be run: ${error.message}\n`)
  process.exitCode = 127
  process.stdin.destroy()
})
child.on('exit', code => process.exit(code ?? 1))

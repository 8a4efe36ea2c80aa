/** Prints a line. */
export const print = (line: string): boolean => process.stdout.write(`${line}\n`)

/** Prints how far it is: on a terminal a line that the next one replaces. */
export function show(line: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line}\r`)
  else print(line)
}

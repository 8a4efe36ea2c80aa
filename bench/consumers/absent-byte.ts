/** In no payload of the driver's (`Payloads.java`): who looks for it reads every byte. */
const absentByte = 0xff

/** Reads every byte, by the same native search in every consumer. @throws Error when the payload is not one of the driver's. */
export function readEveryByte(bytes: Buffer): void {
  if (bytes.indexOf(absentByte) !== -1) throw new Error('a payload was changed on its way')
}

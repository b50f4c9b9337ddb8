/** Modbus over Serial Line V1.02, clause 6.2.2: polynomial 0xA001 (reflected 0x8005), start 0xFFFF, no final inversion. */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  return crc;
});

export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) crc = (crc >> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0);
  return crc;
}

/** Whether the last two bytes are the checksum of the others, low byte first. */
export function hasValidCrc(frame: Uint8Array): boolean {
  if (frame.length < 4) return false;
  const body = frame.subarray(0, -2);
  const [low = 0, high = 0] = frame.subarray(-2);
  return crc16(body) === (low | (high << 8));
}

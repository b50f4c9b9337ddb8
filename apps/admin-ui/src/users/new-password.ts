/** No letters and digits that look alike on paper or on a phone. */
const CHARACTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS = 4;
const GROUP_LENGTH = 4;
/** Above it a byte would favour the first characters. */
const FAIR_BELOW = 256 - (256 % CHARACTERS.length);

/**
 * A password to be read out or typed off once: 16 characters of 31 are 79 bits. `randomBytes` gives as many fresh bytes as it is
 * asked for.
 */
export function newPassword(randomBytes: (count: number) => Uint8Array): string {
  const picked: string[] = [];
  while (picked.length < GROUPS * GROUP_LENGTH)
    for (const byte of randomBytes(GROUPS * GROUP_LENGTH))
      if (byte < FAIR_BELOW && picked.length < GROUPS * GROUP_LENGTH)
        picked.push(CHARACTERS[byte % CHARACTERS.length] ?? "");
  return Array.from({ length: GROUPS }, (_, group) =>
    picked.slice(group * GROUP_LENGTH, (group + 1) * GROUP_LENGTH).join(""),
  ).join("-");
}

import { addressOf } from "../../dlt645/frame.ts";

/** PA P0 P1 P2 C0…C3. */
export const ACCESS_BYTES = 8;
/** PA: 0 is the highest level; a command wants 2 or better, a parameter 4 or better. */
const COMMAND_LEVEL = 2;
const PARAMETER_LEVEL = 4;

/** The password of a meter and who may do what with it. DL/T 645-2007, 7.4 and 7.14. */
export class MeterPassword {
  #digits: string;

  constructor(digits: string) {
    this.#digits = digits;
  }

  get digits(): string {
    return this.#digits;
  }

  /** `access` begins with PA P0 P1 P2, low byte first. */
  allows(access: readonly number[], purpose: "command" | "parameter"): boolean {
    const [level = 0xff] = access;
    const highest = purpose === "command" ? COMMAND_LEVEL : PARAMETER_LEVEL;
    return level <= highest && addressOf(access.slice(1, 4)) === this.#digits;
  }

  change(bytes: readonly number[]): void {
    this.#digits = addressOf(bytes.slice(1, 4));
  }
}

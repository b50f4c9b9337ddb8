import type { GatewayStore } from "../../store/gateway-store.ts";
import type { MeterRecord } from "../../store/records.ts";
import type { Change } from "../../store/tables.ts";
import { type IdentityStanding, identityStanding, NO_IDENTITY } from "./meter-identity.ts";

/** What was last read of one circuit's meter beside its samples: kept on disk over restarts. */
export class MeterNotes {
  readonly #circuitId: string;
  readonly #store: GatewayStore;
  #record: MeterRecord;
  #isProved = false;

  constructor(circuitId: string, store: GatewayStore) {
    this.#circuitId = circuitId;
    this.#store = store;
    this.#record = store.meter(circuitId) ?? { identity: NO_IDENTITY, clock: null, counts: {} };
  }

  get record(): Readonly<MeterRecord> {
    return this.#record;
  }

  get standing(): IdentityStanding {
    return identityStanding(this.#record.identity, this.#isProved);
  }

  /** S3: whether what is measured is the known meter's, or nobody can tell meters of this kind apart. */
  get isTrusted(): boolean {
    return this.standing === "unknown" || this.standing === "proved";
  }

  /** Its serial number has been read since contact was last lost. */
  get isProved(): boolean {
    return this.#isProved;
  }

  contactLost(): void {
    this.#isProved = false;
  }

  proved(): void {
    this.#isProved = true;
  }

  note(part: Partial<MeterRecord>): Change {
    this.#record = { ...this.#record, ...part };
    return this.#store.meterChange(this.#circuitId, this.#record);
  }
}

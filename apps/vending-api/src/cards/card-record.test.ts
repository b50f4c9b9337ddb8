import { createPrivateKey } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cardKeysFrom } from "./card-keys.ts";
import {
  applyWrite,
  encodeReceipt,
  MEMORY_BYTES,
  placeRecord,
  readReceipt,
  readSlots,
} from "./card-memory.ts";
import { type CardRecord, decodeRecord, encodeRecord, fingerprintOf } from "./card-record.ts";
import { type CardRefusal, type Taker, takeFromCard } from "./judge-card.ts";

/** A private key of Ed25519 as PKCS #8: RFC 8410, 7 with its 32 bytes. */
const privateKeyOf = (seedHex: string) =>
  createPrivateKey({
    key: Buffer.from(`302e020100300506032b657004220420${seedHex}`, "hex"),
    type: "pkcs8",
    format: "der",
  });
// RFC 8032, 7.1, TEST 2.
const KEYS = cardKeysFrom(privateKeyOf("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
const OTHER_KEYS = cardKeysFrom(
  privateKeyOf("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"),
);
const UID = Buffer.from("04a1b2c3d4e5f6", "hex");
const NOW = new Date("2026-11-21T08:00:00.000Z");
const BLANK = Buffer.alloc(MEMORY_BYTES);

const record: Omit<CardRecord, "keyId"> = {
  kind: "credit",
  site: fingerprintOf("site"),
  card: fingerprintOf("card"),
  household: fingerprintOf("household"),
  circuit: fingerprintOf("circuit"),
  uid: UID,
  currency: "CNY",
  fromCount: 3,
  count: 5,
  amountMinor: 5000,
  issuedAt: NOW,
  expiresAt: new Date("2027-11-21T08:00:00.000Z"),
};
const written = (change: Partial<CardRecord> = {}, memory = BLANK, keys = KEYS) =>
  applyWrite(memory, placeRecord(memory, { ...record, ...change }, keys.signer, KEYS.verify));

const taker: Taker = {
  siteId: "site",
  circuitId: "circuit",
  uid: UID,
  currency: "CNY",
  lastCount: 3,
  now: NOW,
  verify: KEYS.verify,
  receiptKey: KEYS.receiptKey("circuit"),
};

describe("a card's record", () => {
  it("lies in the bytes that its description says", () => {
    // By docs/cards.md, put together by hand; the fingerprints by `printf site | sha256sum`.
    const expected = [
      "484d", // HM
      "01",
      "01",
      "fbae041b02c41ed0", // site
      "8367cd66fdd136bb", // card
      "bbcd628c07a0e35a", // household
      "4666a3f66bc600ad", // circuit
      "07",
      "04a1b2c3d4e5f6000000",
      "434e59", // CNY
      "00000003",
      "00000005",
      "000000001388", // 5000
      "6b014f80", // 2026-11-21T08:00:00Z
      "6ce28300", // a year later
      "deadbeef",
    ].join("");
    const bytes = encodeRecord({ ...record, keyId: Buffer.from("deadbeef", "hex") });
    expect(bytes.toString("hex")).toBe(expected);
    expect(decodeRecord(bytes)).toEqual({ ...record, keyId: Buffer.from("deadbeef", "hex") });
  });

  it("is signed with Ed25519 as RFC 8032 has it", () => {
    expect(KEYS.signer.sign(Buffer.from("72", "hex")).toString("hex")).toBe(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    );
  });
});

describe("a taker", () => {
  const refusals: [string, CardRefusal, () => Buffer, Partial<Taker>][] = [
    ["an empty chip", "blank", () => BLANK, {}],
    ["noise", "tampered", () => Buffer.alloc(MEMORY_BYTES, 0xa5), {}],
    ["a record that another key signed", "tampered", () => written({}, BLANK, OTHER_KEYS), {}],
    ["a copy on another chip", "cloned", () => written(), { uid: Buffer.from("04ffffffffffff", "hex") }],
    ["a card of another site", "foreign-site", () => written({ site: fingerprintOf("x") }), {}],
    ["a card for another meter", "wrong-meter", () => written({ circuit: fingerprintOf("x") }), {}],
    ["another currency", "wrong-currency", () => written({ currency: "EUR" }), {}],
    ["an expired card", "expired", () => written({ expiresAt: NOW }), {}],
    ["a settled card", "settled", () => written({ kind: "settled" }), {}],
    ["a load that it has taken", "replayed", () => written(), { lastCount: 5 }],
    ["a load behind those that it has taken", "replayed", () => written(), { lastCount: 9 }],
    ["a load before which one is missing", "count-gap", () => written(), { lastCount: 2 }],
    ["a load that begins before where it stands", "count-gap", () => written(), { lastCount: 4 }],
  ];
  it.each(refusals)("refuses %s: %s", (_what, code, memory, change) => {
    expect(takeFromCard(memory(), { ...taker, ...change })).toEqual({ refused: code });
  });

  it("takes a card's credit once, and leaves its receipt", () => {
    const taken = takeFromCard(written(), taker);
    if ("refused" in taken) throw new Error(taken.refused);
    expect(taken).toMatchObject({ amountMinor: 5000, count: 5 });
    const after = applyWrite(written(), taken.receipt);
    expect(readReceipt(after, UID, taker.receiptKey)).toEqual({ count: 5, at: NOW });
    expect(takeFromCard(after, { ...taker, lastCount: taken.count })).toEqual({ refused: "replayed" });
    // A lost card and its replacement carry the same: one of them is taken.
    const replacement = Buffer.from("04010203040506", "hex");
    const second = written({ uid: replacement, card: fingerprintOf("second") });
    expect(takeFromCard(second, { ...taker, uid: replacement })).toMatchObject({ amountMinor: 5000 });
    expect(takeFromCard(second, { ...taker, uid: replacement, lastCount: 5 })).toEqual({
      refused: "replayed",
    });
  });

  it("believes no receipt of another chip, another taker or another count", () => {
    const own = applyWrite(BLANK, encodeReceipt({ count: 5, at: NOW }, UID, taker.receiptKey));
    expect(readReceipt(own, Buffer.from("04ffffffffffff", "hex"), taker.receiptKey)).toBeUndefined();
    expect(readReceipt(own, UID, KEYS.receiptKey("other"))).toBeUndefined();
    for (const at of [288, 292, 295, 296, 300, 319]) {
      const changed = Buffer.from(own);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(readReceipt(changed, UID, taker.receiptKey), `byte ${at}`).toBeUndefined();
    }
  });

  it("takes nothing from a card of which any one bit of the record was changed", () => {
    const memory = written();
    for (let bit = 0; bit < 140 * 8; bit += 1) {
      const changed = Buffer.from(memory);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(takeFromCard(changed, taker), `bit ${bit}`).toEqual({ refused: "tampered" });
    }
  });
});

it("a card pulled away at any page still shows its last record or the new one, never another", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 36 })), {
        minLength: 1,
        maxLength: 6,
      }),
      (writes) => {
        let memory: Buffer = BLANK;
        let shown = 0;
        let count = 0;
        for (const [loads, pages] of writes) {
          count += loads;
          const write = placeRecord(memory, { ...record, count }, KEYS.signer, KEYS.verify);
          const torn = { ...write, bytes: write.bytes.subarray(0, pages * 4) };
          memory = applyWrite(memory, torn);
          const there = readSlots(memory, KEYS.verify);
          // Page 35 is padding: the record is whole without it.
          if (pages >= 35) shown = count;
          expect(typeof there === "string" ? 0 : there.count).toBe(shown);
        }
      },
    ),
    { numRuns: Number(process.env.HALLMETER_TEST_RUNS ?? 200) },
  );
});

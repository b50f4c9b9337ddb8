import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestRoom, type TestSite } from "../testing/test-site.ts";
import { documentModel, type IssuedDocument } from "./document.model.ts";
import { issueDocument } from "./issue-document.ts";
import { pdfText } from "./testing/pdf-text.ts";
import { SAMPLE_RECEIPT } from "./testing/sample-facts.ts";

interface DocumentRow {
  id: string;
  number: string;
  code: string;
  kind: string;
  subjectId: string;
  amountMinor: number | null;
}
interface Verification {
  number: string;
  amountMinor: number;
  intact: boolean;
  withdrawnAt: string | null;
}

let api: TestApi;
let site: TestSite;
let other: TestSite;
let room: TestRoom;
let keyCount = 0;
const newKey = () => {
  keyCount += 1;
  return `documents-key-${keyCount}`;
};

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 1 });
  other = await addTestSite(api, { rooms: 1 });
  room = site.rooms[0] as TestRoom;
});
afterAll(() => api.stop());

async function sell(amountMinor: number): Promise<string> {
  const { body } = await api.call<{ id: string }>("POST", "/purchases", {
    token: site.manager,
    idempotencyKey: newKey(),
    body: { householdId: room.householdId, amountMinor, method: "cash" },
  });
  return body.id;
}

async function file(path: string, token = site.manager): Promise<{ status: number; bytes: Buffer }> {
  const response = await fetch(`${api.origin}/api/v1${path}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
}

async function documentOf(subjectId: string): Promise<DocumentRow> {
  const filter = encodeURIComponent(JSON.stringify({ subjectId }));
  const { body } = await api.call<DocumentRow[]>("GET", `/documents?filter=${filter}`, {
    token: site.manager,
  });
  expect(body).toHaveLength(1);
  return body[0] as DocumentRow;
}

const verify = (code: string) => api.call<Verification>("GET", `/documents/verify/${code}`);

describe("a receipt", () => {
  it("gets its number when it is first asked for, and keeps it", async () => {
    const purchase = await sell(4200);
    const first = await file(`/purchases/${purchase}/receipt.pdf`);
    const row = await documentOf(purchase);
    expect(row).toMatchObject({ kind: "receipt", subjectId: purchase, amountMinor: 4200 });
    const [page] = pdfText(first.bytes);
    expect(page).toContain(row.number);
    expect(page).toContain(row.code);
    expect((await file(`/purchases/${purchase}/receipt.pdf`)).bytes.equals(first.bytes)).toBe(true);
    expect((await file(`/documents/${row.id}/file.pdf`)).bytes.equals(first.bytes)).toBe(true);
  });

  it("stays what it was when the household gets another name", async () => {
    const purchase = await sell(100);
    const before = await file(`/purchases/${purchase}/receipt.pdf?language=zh&paper=roll-80`);
    const renamed = await api.call("PATCH", `/households/${room.householdId}`, {
      token: site.administrator,
      body: { name: "Renamed" },
    });
    expect(renamed.status).toBe(200);
    const after = await file(`/purchases/${purchase}/receipt.pdf?language=zh&paper=roll-80`);
    expect(after.bytes.equals(before.bytes)).toBe(true);
  });

  it("says that it is void once it is, on every print of it and to whoever verifies it", async () => {
    const purchase = await sell(300);
    await file(`/purchases/${purchase}/receipt.pdf`);
    const row = await documentOf(purchase);
    expect((await verify(row.code)).body).toMatchObject({ withdrawnAt: null });
    const voided = await api.call("POST", `/purchases/${purchase}/void`, {
      token: site.manager,
      idempotencyKey: newKey(),
      body: { reason: "wrong room" },
    });
    expect(voided.status).toBe(201);
    for (const path of [`/purchases/${purchase}/receipt.pdf`, `/documents/${row.id}/file.pdf`])
      expect(pdfText((await file(path)).bytes)[0]).toMatch(/VOID[\s\S]*wrong room/);
    expect((await verify(row.code)).body.withdrawnAt).not.toBeNull();
  });

  it("is in the language that its site has chosen, unless somebody names one", async () => {
    const purchase = await sell(100);
    const path = `/purchases/${purchase}/receipt.pdf`;
    const choose = (documentLanguage: string) =>
      api.call("PATCH", `/sites/${site.siteId}`, { token: site.administrator, body: { documentLanguage } });
    expect((await choose("fr")).status).toBe(400);
    expect((await choose("zh")).status).toBe(200);
    const chinese = await file(path);
    const { id } = await documentOf(purchase);
    expect(pdfText(chinese.bytes)[0]).toContain("收据");
    expect((await file(`/documents/${id}/file.pdf`)).bytes.equals(chinese.bytes)).toBe(true);
    expect(pdfText((await file(`${path}?language=en`)).bytes)[0]).toContain("Receipt");
    expect((await choose("en")).status).toBe(200);
    expect(pdfText((await file(path)).bytes)[0]).toContain("Receipt");
  });

  it("is another site's secret", async () => {
    const purchase = await sell(300);
    await file(`/purchases/${purchase}/receipt.pdf`);
    const { id } = await documentOf(purchase);
    expect((await file(`/documents/${id}/file.pdf`, other.manager)).status).toBe(404);
    const resident = await api.tokenFor("resident", {
      siteIds: [site.siteId],
      householdId: room.householdId,
    });
    expect((await file(`/documents/${id}/file.pdf`, resident)).status).toBe(403);
  });
});

describe("verification", () => {
  it("tells anybody with the code what the document was about, and nobody's name", async () => {
    const purchase = await sell(1234);
    await file(`/purchases/${purchase}/receipt.pdf`);
    const { code, number } = await documentOf(purchase);
    const { status, body } = await verify(code.toLowerCase().replaceAll("-", ""));
    expect(status).toBe(200);
    expect(body).toMatchObject({ number, amountMinor: 1234, currency: "CNY", intact: true });
    expect(JSON.stringify(body)).not.toContain("Household");
  });

  it("says when what is kept is not what was issued", async () => {
    const purchase = await sell(500);
    await file(`/purchases/${purchase}/receipt.pdf`);
    const { id, code } = await documentOf(purchase);
    await documentModel(api.connection).updateOne({ _id: id }, { $set: { "facts.amountMinor": 900 } });
    expect((await verify(code)).body).toMatchObject({ amountMinor: 900, intact: false });
    await documentModel(api.connection).updateOne({ _id: id }, { $set: { "facts.amountMinor": 500 } });
    expect((await verify(code)).body).toMatchObject({ intact: true });
  });
});

describe("numbers", () => {
  it("have no gap and no twin, whoever asks at once, and each subject has one", async () => {
    const subjects = Array.from({ length: 12 }, (_, index) => `subject-${index}`);
    const order = (subjectId: string) =>
      issueDocument(api.connection, {
        siteId: other.siteId,
        kind: "receipt",
        subjectId,
        issuedBy: { id: "u", name: "U" },
        now: api.clock.now(),
        facts: async () => SAMPLE_RECEIPT,
      });
    const twice = await Promise.all([...subjects, ...subjects].map(order));
    const bySubject = new Map<string, IssuedDocument>();
    for (const document of twice) {
      expect(bySubject.get(document.subjectId)?._id ?? document._id).toBe(document._id);
      bySubject.set(document.subjectId, document);
    }
    const numbers = [...bySubject.values()].map(({ number }) => number).sort((a, b) => a - b);
    expect(numbers).toEqual(subjects.map((_, index) => index + 1));
  });

  it("are not taken by facts that are none", async () => {
    const issue = issueDocument(api.connection, {
      siteId: other.siteId,
      kind: "receipt",
      subjectId: "broken",
      issuedBy: { id: "u", name: "U" },
      now: api.clock.now(),
      facts: async () => ({ ...SAMPLE_RECEIPT, amountMinor: 0.5 }),
    });
    await expect(issue).rejects.toThrow(/int/i);
    const count = await documentModel(api.connection).countDocuments({ siteId: other.siteId });
    expect(count).toBe(12);
  });
});

describe("prints", () => {
  it("are copies from the second on", async () => {
    const purchase = await sell(700);
    await file(`/purchases/${purchase}/receipt.pdf`);
    const { id } = await documentOf(purchase);
    const print = (idempotencyKey: string) =>
      api.call<{ copy: number }>("POST", `/documents/${id}/prints`, { token: site.manager, idempotencyKey });
    const key = newKey();
    expect((await print(key)).body).toEqual({ copy: 0 });
    expect((await file(`/documents/${id}/file.pdf?copy=1`)).status).toBe(404);
    expect((await print(newKey())).body).toEqual({ copy: 1 });
    expect((await print(key)).body).toEqual({ copy: 0 });
    expect(pdfText((await file(`/documents/${id}/file.pdf?copy=1`)).bytes)[0]).toContain("Copy 1");
  });
});

describe("a guess", () => {
  it("finds nothing, and is asked only so often from one address", async () => {
    expect((await verify("0000-0000-0000")).status).toBe(404);
    expect((await verify("nonsense")).status).toBe(404);
    const statuses = new Set<number>();
    for (let attempt = 0; attempt < 70; attempt += 1) statuses.add((await verify("0000-0000-0000")).status);
    expect([...statuses]).toEqual([404, 429]);
    api.clock.advance(16 * 60_000);
    expect((await verify("0000-0000-0000")).status).toBe(404);
  });
});

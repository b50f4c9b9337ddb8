import type { DataProvider, RaRecord } from "react-admin";
import { ApiProblem } from "../api/problem.ts";
import { type ApiRequest, newIdempotencyKey, repeatWhileOpen, waitMs } from "../api/request.ts";
import type { BulkAnswer, LoadProfile, Purchase } from "../api/rows.ts";
import { changedFields, type ListAsk, listQuery, totalOf } from "./list-dialect.ts";
import { placeOf } from "./resources.ts";

export interface SaleAsk {
  householdId: string;
  amountMinor: number;
  method: string;
  note?: string;
}

export interface CommandAsk {
  action: string;
  reason: string;
  hold?: string;
  until?: string;
  keepPower?: boolean;
}

/** react-admin's provider and, beside it, the acts that move money, relays and alarms: pessimistic, each under one key. */
export interface ConsoleDataProvider extends DataProvider {
  /** Repeats under the same key while the outcome is open; the caller keeps the key until it knows. */
  sell(sale: SaleAsk, idempotencyKey: string): Promise<Purchase>;
  voidPurchase(id: string, reason: string, idempotencyKey: string): Promise<void>;
  /** Answers the command's id once the server has taken it; its progress is read from `commands`. */
  command(circuitId: string, command: CommandAsk, idempotencyKey: string): Promise<string>;
  acknowledgeAlarms(ids: string[], comment: string): Promise<BulkAnswer>;
  shelveAlarms(ids: string[], reason: string, until: string): Promise<BulkAnswer>;
  unshelveAlarms(ids: string[]): Promise<BulkAnswer>;
  loadProfile(circuitId: string, from: string, to: string, signal?: AbortSignal): Promise<LoadProfile>;
  /** An act of one room, under its key; repeated while the outcome is open. */
  act<Answer>(path: string, body: unknown, idempotencyKey: string): Promise<Answer>;
  /** A document of one room. */
  file(path: string): Promise<Blob>;
  /** What one room alone reads, no row of a resource. */
  read<Answer>(path: string, signal?: AbortSignal): Promise<Answer>;
  /** A change whose repetition changes nothing more, so that it needs no key. */
  change<Answer>(method: "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<Answer>;
  /** A file for one room, under its key. */
  upload<Answer>(path: string, file: Blob, idempotencyKey: string): Promise<Answer>;
}

export interface DataProviderDeps {
  request: ApiRequest;
  newKey: () => string;
  wait: (delayMs: number) => Promise<void>;
}

export function createDataProvider({ request, newKey, wait }: DataProviderDeps): ConsoleDataProvider {
  const json = async <T>(path: string, options?: Parameters<ApiRequest>[1]): Promise<T> =>
    (await request(path, options)).json() as Promise<T>;

  /** `RecordType` is what the calling hook says the resource holds; the API's schemas keep that promise. */
  async function readList<RecordType extends RaRecord>(path: string, ask: ListAsk, signal?: AbortSignal) {
    const response = await request(`/${path}?${listQuery(ask)}`, { ...(signal && { signal }) });
    const total = totalOf(response.headers.get("Content-Range"));
    if (total === null)
      throw new ApiProblem(response.status, {
        code: "unreadable-answer",
        detail: `No Content-Range from /${path}`,
      });
    return { data: (await response.json()) as RecordType[], total };
  }

  const keyed = <T>(call: () => Promise<T>) => repeatWhileOpen(call, wait);
  const post = <T>(path: string, body: unknown, idempotencyKey?: string): Promise<T> =>
    json<T>(path, { method: "POST", body, ...(idempotencyKey !== undefined && { idempotencyKey }) });

  return {
    supportAbortSignal: true,
    getList: (resource, { pagination, sort, filter = {}, signal }) => {
      const { path, of } = placeOf(resource);
      if (of === undefined) return readList(path, { pagination, sort, filter }, signal);
      const { [of.filter]: ownerId, ...rest } = filter;
      return readList(
        of.list(encodeURIComponent(String(ownerId))),
        { pagination, sort, filter: rest },
        signal,
      );
    },
    getOne: async (resource, { id, signal }) => {
      const { path, one } = placeOf(resource);
      const encoded = encodeURIComponent(String(id));
      const row = await json<Record<string, unknown>>(`/${one ? one(encoded) : `${path}/${encoded}`}`, {
        ...(signal && { signal }),
      });
      return { data: { ...row, id } as never };
    },
    getMany: async (resource, { ids, signal }) => {
      const { data } = await readList(
        placeOf(resource).path,
        { pagination: { page: 1, perPage: ids.length }, filter: { id: ids } },
        signal,
      );
      return { data: data as never[] };
    },
    getManyReference: (resource, { target, id, pagination, sort, filter, signal }) => {
      const { path, of } = placeOf(resource);
      return of !== undefined && of.filter === target
        ? readList(of.list(encodeURIComponent(String(id))), { pagination, sort, filter }, signal)
        : readList(path, { pagination, sort, filter: { ...filter, [target]: id } }, signal);
    },
    create: async (resource, { data }) => ({
      data: await post(`/${placeOf(resource).path}`, data, newKey()),
    }),
    update: async (resource, { id, data, previousData }) => {
      const body = changedFields(previousData ?? {}, data);
      if (Object.keys(body).length === 0) return { data: previousData as never };
      return {
        data: await json(`/${placeOf(resource).path}/${encodeURIComponent(String(id))}`, {
          method: "PATCH",
          body,
        }),
      };
    },
    // One request a row: the API has no bulk PATCH or DELETE, and its bulk acts are named methods below.
    updateMany: async (resource, { ids, data }) => {
      const { path } = placeOf(resource);
      for (const id of ids)
        await request(`/${path}/${encodeURIComponent(String(id))}`, { method: "PATCH", body: data });
      return { data: ids };
    },
    delete: async (resource, { id, previousData }) => {
      await request(`/${placeOf(resource).path}/${encodeURIComponent(String(id))}`, { method: "DELETE" });
      return { data: previousData as never };
    },
    deleteMany: async (resource, { ids }) => {
      const { path } = placeOf(resource);
      for (const id of ids) await request(`/${path}/${encodeURIComponent(String(id))}`, { method: "DELETE" });
      return { data: ids };
    },
    sell: (sale, idempotencyKey) => keyed(() => post<Purchase>("/purchases", sale, idempotencyKey)),
    voidPurchase: async (id, reason, idempotencyKey) => {
      await keyed(() => post(`/purchases/${encodeURIComponent(id)}/void`, { reason }, idempotencyKey));
    },
    command: async (circuitId, command, idempotencyKey) => {
      const path = `/circuits/${encodeURIComponent(circuitId)}/commands`;
      const { commandId } = await keyed(() => post<{ commandId: string }>(path, command, idempotencyKey));
      return commandId;
    },
    acknowledgeAlarms: (ids, comment) =>
      post("/alarms/acknowledge", { ids, ...(comment !== "" && { comment }) }, newKey()),
    shelveAlarms: (ids, reason, until) => post("/alarms/shelve", { ids, reason, until }, newKey()),
    unshelveAlarms: (ids) => post("/alarms/unshelve", { ids }, newKey()),
    loadProfile: (circuitId, from, to, signal) =>
      json(`/circuits/${encodeURIComponent(circuitId)}/quarters?${new URLSearchParams({ from, to })}`, {
        ...(signal && { signal }),
      }),
    act: (path, body, idempotencyKey) => keyed(() => post(path, body, idempotencyKey)),
    read: (path, signal) => json(path, { ...(signal && { signal }) }),
    change: async <Answer>(method: "POST" | "PATCH" | "DELETE", path: string, body?: unknown) => {
      const response = await request(path, { method, ...(body !== undefined && { body }) });
      return (response.status === 204 ? undefined : await response.json()) as Answer;
    },
    upload: (path, file, idempotencyKey) => keyed(() => json(path, { method: "POST", file, idempotencyKey })),
    file: async (path) => (await request(path, { headers: { Accept: "application/pdf" } })).blob(),
  };
}

export const dataProviderFor = (request: ApiRequest): ConsoleDataProvider =>
  createDataProvider({ request, newKey: newIdempotencyKey, wait: waitMs });

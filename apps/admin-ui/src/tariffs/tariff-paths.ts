/** In place of an id: a tariff that is not there yet. */
export const NEW_TARIFF = "new";
export const tariffPath = (id: string): string => `/tariffs/${encodeURIComponent(id)}/show`;
export const tariffPaintPath = (id: string): string => `/tariffs/${encodeURIComponent(id)}/paint`;

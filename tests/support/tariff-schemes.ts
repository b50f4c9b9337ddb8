/** Any valid scheme, as meter-model's own tests draw them. */
export { schemes } from "../../packages/meter-model/src/tariff/testing/arbitrary-scheme.ts";

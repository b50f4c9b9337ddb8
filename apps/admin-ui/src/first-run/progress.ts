export const FIRST_STEPS = ["site", "rooms", "gateway", "scan", "assign", "tariff", "sale"] as const;
export type FirstStep = (typeof FIRST_STEPS)[number];

/** What the API says of the system; each step follows from it, so that nothing is remembered here. */
export interface SetUpFacts {
  units: number;
  households: number;
  gateways: number;
  online: number;
  buses: number;
  circuits: number;
  assigned: number;
  /** Commissioned and assigned: what a sale can bring light to. */
  commissioned: number;
  tariffs: number;
  /** Open households that have no tariff. */
  withoutTariff: number;
  purchases: number;
}

const IS_DONE: Readonly<Record<FirstStep, (facts: SetUpFacts) => boolean>> = {
  site: () => true,
  rooms: ({ units, households }) => units > 0 && households > 0,
  gateway: ({ online, buses }) => online > 0 && buses > 0,
  scan: ({ circuits }) => circuits > 0,
  assign: ({ commissioned }) => commissioned > 0,
  tariff: ({ tariffs, households, withoutTariff }) => tariffs > 0 && households > withoutTariff,
  sale: ({ purchases }) => purchases > 0,
};

export function isStepDone(step: FirstStep, facts: SetUpFacts): boolean {
  return IS_DONE[step](facts);
}

/** The first step that is not done; null when the first sale is made. */
export function nextStep(facts: SetUpFacts): FirstStep | null {
  return FIRST_STEPS.find((step) => !isStepDone(step, facts)) ?? null;
}

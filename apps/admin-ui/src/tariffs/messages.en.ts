export const tariffsEn = {
  tariffs: {
    empty: "No tariff yet",
    emptyHelp: "An administrator or the campus administration sets the first one.",
    rates: "Rates",
    timetable: "Timetable",
    from: "In force from",
    flat: "all day",
    standing: "%{price} standing charge",
    day: "day",
    tax: "tax %{percent} %",
    blocks: "dearer above %{energy} a month",
    yearBlocks: "dearer above %{energy} a year",
    demand: "%{name}: %{price}",
    month: "month",
    dayTypes: { workday: "workday", "rest-day": "rest day", holiday: "holiday" },
  },
} as const;

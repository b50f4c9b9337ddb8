import fc from "fast-check";

// A test that fails must fail again: everything random draws from one seed, and a long search names another.
process.env.HALLMETER_TEST_SEED ??= "20260101";
fc.configureGlobal({ seed: Number(process.env.HALLMETER_TEST_SEED) });

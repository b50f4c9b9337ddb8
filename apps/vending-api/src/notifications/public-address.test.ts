import { describe, expect, it } from "vitest";
import { isPublicAddress, publicLookup } from "./public-address.ts";

describe("an address", () => {
  it.each([
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:a00:1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "fd00::1",
    "fe80::1",
    "ff02::1",
    "localhost",
    "",
  ])("%s lies inside, or is none", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each([
    "1.1.1.1",
    "172.32.0.1",
    "100.128.0.1",
    "192.167.255.255",
    "2606:4700:4700::1111",
    "::ffff:1.1.1.1",
  ])("%s is public", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([{ all: true }, { all: false }])(
    "behind a name is refused before a socket opens: %j",
    async (options) => {
      const error = await new Promise((resolve) => publicLookup("localhost", options, resolve));
      expect(error).toMatchObject({ code: "address-refused" });
    },
  );
});

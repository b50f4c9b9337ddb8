import { describe, expect, it } from "vitest";
import { parseBusUrl } from "./bus-url.ts";

describe("bus address", () => {
  it.for([
    {
      text: "tcp://192.168.1.10:4001?baud=9600&parity=even",
      pipe: { kind: "rtu-tcp", host: "192.168.1.10", port: 4001 },
      line: { baud: 9600, parity: "even", stopBits: 1 },
    },
    {
      text: "tcp://serial-server.local:502",
      pipe: { kind: "rtu-tcp", host: "serial-server.local", port: 502 },
      line: { baud: 921_600, parity: "none", stopBits: 1 },
    },
    {
      text: "modbus-tcp://192.168.1.20",
      pipe: { kind: "modbus-tcp", host: "192.168.1.20", port: 502 },
      line: { baud: 921_600, parity: "none", stopBits: 1 },
    },
    {
      text: "modbus-tcp://gateway.local:1502?baud=9600",
      pipe: { kind: "modbus-tcp", host: "gateway.local", port: 1502 },
      line: { baud: 9600, parity: "none", stopBits: 1 },
    },
    {
      text: "rtu:/dev/ttyUSB0?baud=2400&parity=odd&stop=2",
      pipe: { kind: "serial", path: "/dev/ttyUSB0" },
      line: { baud: 2400, parity: "odd", stopBits: 2 },
    },
    {
      text: "rtu:/tmp/my%20bus",
      pipe: { kind: "serial", path: "/tmp/my bus" },
      line: { baud: 9600, parity: "none", stopBits: 1 },
    },
  ])("$text", ({ text, pipe, line }) => {
    expect(parseBusUrl(text)).toEqual({ pipe, line });
  });

  it.for([
    { text: "", why: "not an address" },
    { text: "/dev/ttyUSB0", why: "not an address" },
    { text: "http://meter:80", why: "neither tcp:, modbus-tcp: nor rtu:" },
    { text: "dial-in://DTU-7", why: "comes to a running gateway" },
    { text: "modbus-tcp://", why: "host" },
    { text: "tcp://host", why: "port" },
    { text: "tcp://host:70000", why: "not an address" },
    { text: "rtu:?baud=9600", why: "path" },
    { text: "rtu:/dev/ttyUSB0?baud=fast", why: "baud: is not a whole number" },
    { text: "rtu:/dev/ttyUSB0?baud=50", why: "baud" },
    { text: "rtu:/dev/ttyUSB0?parity=mark", why: "parity" },
    { text: "rtu:/dev/ttyUSB0?stop=3", why: "stop" },
    { text: "rtu:/dev/ttyUSB0?bauds=9600", why: "bauds" },
  ])("refuses '$text' and says why", ({ text, why }) => {
    expect(() => parseBusUrl(text)).toThrow(
      expect.objectContaining({ code: "bus-url-invalid", message: expect.stringContaining(why) }),
    );
  });
});

// A Modbus TCP meter by other people's hands: npm's modbus-serial. Arguments: port. Prints "ready" when it listens.
const { ServerTCP } = require("modbus-serial");

// the same registers as libmodbus_server.c: 12345, -2, u32, u64, not a number, BCD
const words = new Map([
  [0, 12345], [1, 0xfffe], [2, 0x1234], [3, 0x5678],
  [20, 0x0001], [21, 0x2345], [22, 0x6789], [23, 0xabcd],
  [30, 0x7fc0], [31, 0], [40, 0x1234], [41, 0x5678],
]);
const holds = (address, unit) => {
  if (!words.has(address)) throw { modbusErrorCode: 2, msg: "no such register" };
  return words.get(address);
};
const server = new ServerTCP({ getHoldingRegister: holds }, { host: "127.0.0.1", port: Number(process.argv[2]), unitID: 17 });
server.on("initialized", () => console.log("ready"));

// Prints what is told of the customers of a workspace, with nothing but Node.js: the NATS protocol by hand.
//
//     node docs/examples/subscribe/subscribe.mjs [--count N] [--workspace demo] [--durable NAME]
//
// The protocol is text: CONNECT, SUB, PUB, and HMSG with headers and payload; JetStream is requests by
// subject. Field numbers are those of protos/rapport/profile/v1/events.proto.
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { parseArgs } from "node:util";

const { values: given } = parseArgs({
  options: {
    count: { type: "string" },
    workspace: { type: "string", default: "demo" },
    durable: { type: "string", default: "example-node" },
  },
});
const most = given.count ? Number(given.count) : Infinity;
const url = new URL(/^RAPPORT_NATS_URL=(.*)$/m.exec(readFileSync(".rapport/demo.env", "utf8"))[1]);

// What to show of each fact: [a word, the path of field numbers that leads to it].
const SHOWN = {
  ActivityRecorded: [["profile", 1, 2], ["type", 1, 5], ["event", 1, 6]],
  ProfileCreated: [["profile", 1]],
  ProfileUpdated: [["profile", 1, 1]],
  ProfileMerged: [["survivor", 1], ["absorbed", 2]],
  IdentifiersMoved: [["source", 1], ["destination", 2]],
  OrderPlaced: [["order", 1, 1], ["profile", 1, 2]],
  OrderUpdated: [["order", 1, 1], ["profile", 1, 2]],
  OrderRefunded: [["order", 1, 1], ["refund", 2, 1]],
  CartUpdated: [["cart", 1, 1]],
  ConsentChanged: [["channel", 1, 2], ["purpose", 1, 3]],
};

const inbox = `_INBOX.${process.pid}.${Date.now()}`;
const durable = `${given.durable}-${given.workspace}`;
const consumer = `PROFILE.${durable}`;
const seen = new Set();
const socket = connect(Number(url.port || 4222), url.hostname);
let waiting = Buffer.alloc(0);

// Our messages are small and many: none of them waits for the next one.
socket.setNoDelay(true);
socket.on("error", (failure) => fail(failure.message));
socket.on("data", (bytes) => {
  waiting = Buffer.concat([waiting, bytes]);
  while (takeOne());
});

// Takes one protocol message off the front of what has arrived; false when it is not complete.
function takeOne() {
  const end = waiting.indexOf("\r\n");
  if (end < 0) return false;
  const [verb, ...words] = waiting.toString("utf8", 0, end).split(" ");
  if (verb !== "MSG" && verb !== "HMSG") {
    waiting = waiting.subarray(end + 2);
    control(verb, words);
    return true;
  }
  // MSG <subject> <sid> [reply] <bytes>; HMSG has the length of the headers before that of all.
  const total = Number(words.at(-1));
  const start = end + 2;
  if (waiting.length < start + total + 2) return false;
  const body = waiting.subarray(start, start + total);
  waiting = waiting.subarray(start + total + 2);
  const split = verb === "HMSG" ? Number(words.at(-2)) : 0;
  const reply = words.length === (verb === "HMSG" ? 5 : 4) ? words[2] : "";
  arrived(words[0], reply, body.toString("utf8", 0, split), body.subarray(split));
  return true;
}

function control(verb, words) {
  if (verb === "INFO") hello();
  if (verb === "PING") socket.write("PONG\r\n");
  // The answer to our own PING: the server has read our last acknowledgement.
  if (verb === "PONG") socket.end();
  if (verb === "-ERR") fail(words.join(" "));
}

// Says who we are, then makes a durable consumer: the server keeps our place under its name.
function hello() {
  const options = {
    verbose: false, pedantic: false, headers: true, lang: "by-hand", version: "1", name: durable,
    user: decodeURIComponent(url.username) || undefined, pass: decodeURIComponent(url.password) || undefined,
  };
  socket.write(`CONNECT ${JSON.stringify(options)}\r\nSUB ${inbox}.> 1\r\n`);
  const config = {
    durable_name: durable,
    ack_policy: "explicit",
    filter_subject: `rapport.profile.v1.*.${given.workspace}`,
  };
  publish(`$JS.API.CONSUMER.DURABLE.CREATE.${consumer}`, { stream_name: "PROFILE", config }, `${inbox}.made`);
}

function arrived(subject, reply, headers, data) {
  if (subject === `${inbox}.made`) {
    const { error } = JSON.parse(data);
    return error ? fail(error.description) : more();
  }
  const [, status, reason] = /^NATS\/1\.0(?: (\d+))?(.*)/.exec(headers) ?? [];
  // A status is a word of the server: 404 and 408 say that nothing came while we waited.
  if (status) return status === "404" || status === "408" ? more() : fail(`${status}${reason}`);
  const id = /^ce-id: *(.*)$/im.exec(headers)[1].trim();
  const type = /^ce-type: *(.*)$/im.exec(headers)[1].trim();
  if (!seen.has(id)) {
    seen.add(id);
    console.log(line(type, data));
  }
  publish(reply, "+ACK");
  return seen.size < most ? more() : socket.write("PING\r\n");
}

// Asks for the next fact; the server answers for up to five seconds.
function more() {
  publish(`$JS.API.CONSUMER.MSG.NEXT.${consumer}`, { batch: 1, expires: 5e9 }, `${inbox}.next`);
}

function publish(subject, body, reply = "") {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  socket.write(`PUB ${subject} ${reply && `${reply} `}${Buffer.byteLength(text)}\r\n${text}\r\n`);
}

function line(type, data) {
  const name = type.split(".").at(-1);
  const shown = (SHOWN[name] ?? []).map(([word, ...path]) => `${word}=${text(data, path)}`);
  return `${name.padEnd(18)} ${shown.join(" ")}`;
}

// The text at a path of field numbers; of a repeated field, in its first item.
function text(message, [number, ...rest]) {
  const found = field(message, number);
  if (!found) return "";
  return rest.length ? text(found, rest) : found.toString("utf8");
}

// Protobuf: a message is a row of (number << 3 | kind) and a value. Returns the first length-delimited one.
function field(message, wanted) {
  let place = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(message[place++]);
      value |= (byte & 127n) << shift;
      if (byte < 128n) return Number(value);
    }
  };
  while (place < message.length) {
    const key = varint();
    const kind = key & 7;
    if (kind === 0) varint();
    else if (kind === 1) place += 8;
    else if (kind === 5) place += 4;
    else {
      const length = varint();
      if (key >> 3 === wanted) return message.subarray(place, place + length);
      place += length;
    }
  }
  return null;
}

function fail(reason) {
  console.error(`The bus says: ${reason}`);
  process.exit(1);
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Tocsin's client for browsers and Node: one module, nothing else needed where WebSocket is built in. See ../README.md; the protocol is
// models/wire/PROTOCOL.md. The libraries for Python and Dart are the same, line for line where the languages allow it.

export const STATES = ['connecting', 'open', 'closing', 'closed', 'reconnecting', 'failed'];

export const OPTIONS = {
  token: null, // a string, or a function (of the refused one, or null) that gives one, now or as a promise
  client: 'tocsin-javascript',
  name: '', // counts only where there are no accounts
  streams: [],
  cursors: {}, // {stream: [epoch, seq]} as an earlier client left them
  topics: [],
  devices: [], // whose commands are taken; their streams are followed too
  autoConnect: true,
  maxReconnectAttempts: null, // in a row; null: as often as it takes
  reconnectDelay: 250, // ms, doubled with each attempt …
  maxReconnectDelay: 30000, // … up to this
  connectTimeout: 10000, // ms from connecting to the welcome
  enableHeartbeat: true,
  heartbeatInterval: 25000, // ms; two without a sign of life end the connection
  messageQueueEnabled: true, // false: what is asked while there is no connection is refused
  maxQueuedMessages: 1000,
  httpFallback: false, // true: requests go by POST /api/requests while no socket can be opened
  onState: null, // (state, reason)
  onWelcome: null, // (frame): who we are, and which streams are denied
  onEvent: null, // (stream, event): each once and in order; `cursors` names it already
  onSnapshot: null, // (stream, state): what was before the events that follow
  onResync: null, // (stream): forget what you have, a snapshot follows
  onLive: null, // (frame): what is only true now
  onCommand: null, // (command): an order to one of `devices`; answer with reportCommand()
  WebSocket: globalThis.WebSocket, // in a Node without: the class of the package ws
};

const MOST_IN_FLIGHT = 100; // requests without an answer; the others wait here
const ACK_AFTER = 64; // events …
const ACK_WITHIN = 50; // … or ms
const LONGEST_RETRY = 60000;
const NOT_AUTHENTICATED = 4001;
const FORBIDDEN = 4003;

export class TocsinError extends Error {
  /** `code` as in the protocol; also `offline` and `overloaded` by the client itself. Asking again with `cmdId` never does it twice. */
  constructor(code, message, cmdId = '', field = '', ref = '') {
    super(message);
    Object.assign(this, { code, cmdId, field, ref });
  }
}

export function makeId() {
  const bytes = globalThis.crypto?.getRandomValues(new Uint8Array(16)) ?? Uint8Array.from({ length: 16 }, () => Math.random() * 256);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export class TocsinClient {
  /** `url`: ws://HOST:PORT or wss://HOST:PORT. */
  constructor(url, options = {}) {
    const unknown = Object.keys(options).find((name) => !(name in OPTIONS));
    if (unknown) throw new TypeError(`there is no option ${unknown}`);
    this.options = { ...OPTIONS, ...options };
    if (!this.options.WebSocket) throw new TypeError('there is no WebSocket here: give the class of the package ws as an option');
    this.url = url.replace(/^http/, 'ws').replace(/\/+$/, '');
    this.state = 'closed';
    this.cursors = structuredClone(this.options.cursors);
    this._requests = new Map(); // by cmd_id: {body, resolve, reject, sent, everSent, held}
    this._orders = {}; // by device: the last one that was handed on
    this._reset();
    this._messageBytes = 1048576;
    this._attempts = 0;
    this._refusals = 0;
    this._wasOpen = false;
    if (this.options.autoConnect) this.connect();
  }

  // --- what the application says

  connect() {
    if (this.state !== 'closed' && this.state !== 'failed') return;
    this._attempts = this._refusals = 0;
    this._wasOpen = false;
    this._setState('connecting');
    this._open();
  }

  disconnect() {
    if (this.state === 'closed' || this.state === 'closing') return;
    this._refuseAll('The connection was closed.');
    clearTimeout(this._retry);
    const socket = this._socket;
    if (!socket || socket.readyState !== 1) return this._end('closed', '');
    this._setState('closing');
    socket.close(1000);
    this._handshake = setTimeout(() => this._end('closed', ''), 2000);
  }

  /** Another token; after a refusal it connects again. */
  setToken(token) {
    this.options.token = token;
    if (this.state === 'failed') this.connect();
  }

  /** Resolves to {changed, ref, dup} once it is stored. `fields.cmd_id` is made here unless it is given. */
  request(kind, fields = {}) {
    const { cmd_id: cmdId = makeId(), ...rest } = fields;
    const body = { kind, ...rest };
    return new Promise((resolve, reject) => {
      const refuse = (code, message) => reject(new TocsinError(code, message, cmdId));
      if (this._requests.has(cmdId)) return refuse('id_conflict', 'This cmd_id waits for its answer already.');
      if (new TextEncoder().encode(JSON.stringify(body)).length + 256 > this._messageBytes) return refuse('too_large', 'The request is too large.');
      if (this.state === 'failed' || this.state === 'closing') return refuse('offline', 'There is no connection.');
      if (!this._welcomed && !this.options.messageQueueEnabled) return refuse('offline', 'There is no connection.');
      if (this._requests.size >= this.options.maxQueuedMessages) return refuse('overloaded', 'Too many requests wait already.');
      this._requests.set(cmdId, { body, resolve, reject, sent: false, everSent: false, held: false });
      this._flush();
    });
  }

  acknowledge(alertId, fields = {}) { return this.request('acknowledge', { ...fields, alert_id: alertId }); }

  sendChat(thread, text, fields = {}) { return this.request('send_chat', { ...fields, thread, text }); }

  reportAlert(source, code, fields = {}) { return this.request('report_alert', { ...fields, source, code }); }

  /** The same client_alert_id is the same incident; it is the cmd_id unless it is given. */
  raisePanic(fields = {}) {
    const cmdId = fields.cmd_id ?? makeId();
    return this.request('raise_panic', { client_alert_id: cmdId, ...fields, cmd_id: cmdId });
  }

  issueCommand(deviceId, action, fields = {}) { return this.request('issue_command', { ...fields, device_id: deviceId, action }); }

  /** `state`: accepted, succeeded or failed. */
  reportCommand(commandId, state, fields = {}) { return this.request('report_command', { ...fields, command_id: commandId, state }); }

  // --- the connection

  async _open() {
    const wanted = (this._wanted = {}); // another connect() or disconnect() takes its place
    clearTimeout(this._handshake);
    this._handshake = setTimeout(() => this._drop('The server does not answer.'), this.options.connectTimeout);
    try {
      const { token } = this.options;
      this._token = typeof token === 'function' ? await token(this._refusals ? this._token : null) : token;
      if (this._wanted !== wanted) return;
      const socket = new this.options.WebSocket(`${this.url}/ws/v1`, ['tocsin.v1.json']);
      this._socket = socket;
      const ours = (handler) => (event) => { if (this._socket === socket) handler(event); };
      socket.onopen = ours(() => this._hello());
      socket.onmessage = ours((event) => this._receive(event.data));
      socket.onerror = () => {}; // a close follows
      socket.onclose = ours((event) => this._lost(event.code, String(event.reason)));
    } catch (error) {
      if (this._wanted === wanted) this._drop(String(error.message ?? error));
    }
  }

  _hello() {
    const { client, name, devices } = this.options;
    const streams = [...new Set([...this.options.streams, ...devices.map((id) => `device/${id}`)])];
    const cursors = Object.fromEntries(Object.entries(this.cursors).filter(([stream]) => streams.includes(stream)));
    this._send({ type: 'hello', v: 1, token: this._token ?? undefined, client, name, streams, cursors, devices });
  }

  _lost(code, reason) {
    if (this.state === 'closing') return this._end('closed', '');
    const retry = Math.min(Number(/retry_ms=(\d{1,9})/.exec(reason)?.[1] ?? 0), LONGEST_RETRY);
    if (code === FORBIDDEN) return this._end('failed', 'This account may not do this.');
    if (code === NOT_AUTHENTICATED) {
      this._refusals += 1; // a function may have another one, once
      if (typeof this.options.token !== 'function' || this._refusals > 1) return this._end('failed', 'The token was refused, or is no longer valid.');
    }
    this._drop(reason || 'The connection broke off.', retry);
  }

  /** Tries again, later. */
  _drop(why, atLeast = 0) {
    this._closeSocket();
    this._attempts += 1;
    const { maxReconnectAttempts: most, reconnectDelay, maxReconnectDelay } = this.options;
    if (most !== null && this._attempts > most) return this._end('failed', `No connection after ${most} more attempts: ${why}`);
    const whole = Math.min(reconnectDelay * 2 ** Math.min(this._attempts - 1, 30), maxReconnectDelay);
    const wait = Math.max((whole * (1 + Math.random())) / 2, atLeast); // they do not all come back at once
    clearTimeout(this._retry);
    this._retry = setTimeout(() => this._open(), wait);
    if (!this.options.messageQueueEnabled) this._refuseAll(why);
    this._setState(this._wasOpen ? 'reconnecting' : 'connecting', why);
    this._flush();
  }

  _end(state, why) {
    clearTimeout(this._retry);
    this._closeSocket();
    this._refuseAll(why);
    this._setState(state, why);
  }

  _closeSocket() {
    const socket = this._socket;
    this._reset();
    socket?.close();
    for (const request of this._requests.values()) request.sent = false; // whether they arrived nobody knows
  }

  /** What belongs to one connection. */
  _reset() {
    clearTimeout(this._handshake);
    clearInterval(this._heartbeat);
    clearTimeout(this._ackTimer);
    this._ackTimer = null;
    this._socket = null;
    this._wanted = null;
    this._welcomed = false;
    this._silent = 0;
    this._arriving = {}; // snapshots, by stream
    this._unacknowledged = {}; // {stream: seq}
    this._unacknowledgedEvents = 0;
  }

  _refuseAll(why) {
    for (const [cmdId, { reject, everSent }] of this._requests) {
      reject(new TocsinError('offline', `${why} ${everSent ? 'It may have been done.' : 'It was not sent.'}`, cmdId));
    }
    this._requests.clear();
  }

  _setState(state, reason = '') {
    const changed = this.state !== state || reason;
    this.state = state;
    if (changed) this._tell('onState', state, reason);
  }

  /** What a handler throws is the application's, and ends nothing here. */
  _tell(handler, ...given) {
    try {
      this.options[handler]?.(...given);
    } catch (error) {
      setTimeout(() => { throw error; });
    }
  }

  _send(frame) { this._socket.send(JSON.stringify(frame)); }

  _beat() {
    if (this._silent >= 2 && this.state === 'open') return this._drop('The server fell silent.');
    this._silent += 1;
    this._send({ type: 'ping', id: 'heartbeat' });
  }

  // --- requests

  _flush() {
    if (!this._welcomed) {
      if (this.options.httpFallback && this._attempts > 0) this._post();
      return;
    }
    let inFlight = [...this._requests.values()].filter((request) => request.sent).length;
    for (const [cmdId, request] of this._requests) {
      const urgent = request.body.kind === 'raise_panic';
      if (request.sent || request.held || (inFlight >= MOST_IN_FLIGHT && !urgent)) continue;
      request.sent = request.everSent = true;
      inFlight += 1;
      this._send({ type: 'request', cmd_id: cmdId, body: request.body });
    }
  }

  /** One after the other, as long as there is no socket; whatever was sent twice is done once. */
  async _post() {
    if (this._posting) return;
    this._posting = true;
    try {
      for (const [cmdId, request] of this._requests) {
        if (this._welcomed || request.held) continue;
        request.everSent = true;
        const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': cmdId };
        if (this._token) headers.Authorization = `Bearer ${this._token}`;
        const response = await fetch(`${this.url.replace(/^ws/, 'http')}/api/requests`, {
          method: 'POST', headers, body: JSON.stringify(request.body), signal: AbortSignal.timeout(this.options.connectTimeout),
        });
        const reply = await response.json();
        if (reply.type === 'reply') this._takeReply(reply);
      }
    } catch {
      // No way to the server at all: the next attempt comes with the next one of the socket.
    } finally {
      this._posting = false;
    }
  }

  _takeReply(frame) {
    const request = this._requests.get(frame.id);
    if (!request) return;
    const error = frame.error ?? {};
    if (error.code === 'rate_limited') {
      Object.assign(request, { sent: false, held: true });
      setTimeout(() => { request.held = false; this._flush(); }, error.retry_after_ms ?? 1000);
      return;
    }
    this._requests.delete(frame.id);
    if (frame.ok) request.resolve({ changed: false, ref: '', ...frame.result, dup: frame.dup === true });
    else request.reject(new TocsinError(error.code, error.message, frame.id, error.field, error.ref));
    this._flush();
  }

  // --- what the server says

  _receive(text) {
    this._silent = 0;
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      return this._drop('The server said something that is not the protocol.');
    }
    if (this.state === 'closing') return;
    const take = { welcome: '_takeWelcome', snapshot: '_takeSnapshot', events: '_takeEvents', live: '_takeLive', reply: '_takeReply', resync: '_takeResync', pong: null }[frame.type];
    if (take) this[take](frame); // a later server may say more than we know
  }

  _takeWelcome(frame) {
    clearTimeout(this._handshake);
    this._welcomed = this._wasOpen = true;
    this._attempts = this._refusals = 0;
    this._messageBytes = frame.limits?.message_bytes ?? this._messageBytes;
    for (const [stream, { state }] of Object.entries(frame.streams ?? {})) if (state !== 'resumed') delete this.cursors[stream];
    if (this.options.topics.length) this._send({ type: 'subscribe', id: 'topics', topics: this.options.topics });
    if (this.options.enableHeartbeat) this._heartbeat = setInterval(() => this._beat(), this.options.heartbeatInterval);
    this._setState('open');
    this._tell('onWelcome', frame);
    this._flush();
  }

  _takeSnapshot({ stream, epoch, seq, part, parts, state }) {
    if (part === 1) this._arriving[stream] = {};
    const arriving = this._arriving[stream];
    if (!arriving) return this._drop('The server left out a part of a snapshot.');
    for (const [key, items] of Object.entries(state)) (arriving[key] ??= []).push(...items);
    if (part < parts) return;
    delete this._arriving[stream];
    this.cursors[stream] = [epoch, seq];
    this._tell('onSnapshot', stream, arriving);
    for (const command of arriving.commands ?? []) this._order(command);
    this._acknowledge(stream, seq, 1);
  }

  _takeEvents({ stream, epoch, events }) {
    if (this.cursors[stream]?.[0] !== epoch) return; // a snapshot is on its way
    for (const event of events) {
      const cursor = this.cursors[stream];
      if (event.seq <= cursor[1]) continue;
      if (event.seq !== cursor[1] + 1) return this._drop('The server left out an event.');
      this.cursors[stream] = [epoch, event.seq];
      if (event.kind !== 'withheld') this._tell('onEvent', stream, event);
      if (event.kind === 'command') this._order(event.body);
      if (this.state !== 'open') return;
    }
    this._acknowledge(stream, this.cursors[stream][1], events.length);
  }

  _takeLive(frame) { this._tell('onLive', frame); }

  _takeResync({ stream }) {
    delete this.cursors[stream];
    this._tell('onResync', stream);
  }

  /** An order that was sent and is not answered; each attempt is handed on once, also when a snapshot tells of it again. */
  _order(command) {
    const attempt = `${command.id} ${command.attempt}`;
    if (command.state !== 'sent' || !this.options.devices.includes(command.device_id) || this._orders[command.device_id] === attempt) return;
    this._orders[command.device_id] = attempt;
    this._tell('onCommand', command);
  }

  _acknowledge(stream, seq, events) {
    if (!this._welcomed) return;
    this._unacknowledged[stream] = seq;
    this._unacknowledgedEvents += events;
    if (this._unacknowledgedEvents >= ACK_AFTER) this._sendAck();
    else this._ackTimer ??= setTimeout(() => this._sendAck(), ACK_WITHIN);
  }

  _sendAck() {
    clearTimeout(this._ackTimer);
    this._ackTimer = null;
    this._send({ type: 'ack', cursors: this._unacknowledged });
    this._unacknowledged = {};
    this._unacknowledgedEvents = 0;
  }
}

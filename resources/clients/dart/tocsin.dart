// SPDX-License-Identifier: GPL-3.0-or-later
// Tocsin's client for Dart and Flutter (dart:io, so not in browsers); no package is needed. See ../README.md; the protocol is
// models/wire/PROTOCOL.md. The libraries for JavaScript and Python are the same, name for name.

import 'dart:async';
import 'dart:convert';
import 'dart:io';
import 'dart:math';

typedef Json = Map<String, dynamic>;

const states = ['connecting', 'open', 'closing', 'closed', 'reconnecting', 'failed'];

class TocsinOptions {
  TocsinOptions({
    this.token, // a String, or a function (of the refused one, or null) that gives one, now or as a Future
    this.client = 'tocsin-dart',
    this.name = '', // counts only where there are no accounts
    this.streams = const [],
    this.cursors = const {}, // {stream: [epoch, seq]} as an earlier client left them
    this.topics = const [],
    this.devices = const [], // whose commands are taken; their streams are followed too
    this.autoConnect = true,
    this.maxReconnectAttempts, // in a row; null: as often as it takes
    this.reconnectDelay = 250, // ms, doubled with each attempt …
    this.maxReconnectDelay = 30000, // … up to this
    this.connectTimeout = 10000, // ms from connecting to the welcome
    this.enableHeartbeat = true,
    this.heartbeatInterval = 25000, // ms; two without a sign of life end the connection
    this.messageQueueEnabled = true, // false: what is asked while there is no connection is refused
    this.maxQueuedMessages = 1000,
    this.httpFallback = false, // true: requests go by POST /api/requests while no socket can be opened
    this.onState, // (state, reason)
    this.onWelcome, // (frame): who we are, and which streams are denied
    this.onEvent, // (stream, event): each once and in order; `cursors` names it already
    this.onSnapshot, // (stream, state): what was before the events that follow
    this.onResync, // (stream): forget what you have, a snapshot follows
    this.onLive, // (frame): what is only true now
    this.onCommand, // (command): an order to one of `devices`; answer with reportCommand()
    this.httpClient, // with a SecurityContext, for an authority of one's own
  });

  Object? token;
  final String client, name;
  final List<String> streams, topics, devices;
  final Map<String, List<dynamic>> cursors;
  final bool autoConnect, enableHeartbeat, messageQueueEnabled, httpFallback;
  final int? maxReconnectAttempts;
  final int reconnectDelay, maxReconnectDelay, connectTimeout, heartbeatInterval, maxQueuedMessages;
  final void Function(String state, String reason)? onState;
  final void Function(Json frame)? onWelcome, onLive;
  final void Function(String stream, Json event)? onEvent;
  final void Function(String stream, Json state)? onSnapshot;
  final void Function(String stream)? onResync;
  final void Function(Json command)? onCommand;
  final HttpClient? httpClient;
}

const mostInFlight = 100; // requests without an answer; the others wait here
const ackAfter = 64; // events …
const ackWithin = 50; // … or ms
const longestRetry = 60000;
const notAuthenticated = 4001;
const forbidden = 4003;

/// [code] as in the protocol; also `offline` and `overloaded` by the client itself. Asking again with [cmdId] never does it twice.
class TocsinError implements Exception {
  TocsinError(this.code, this.message, [this.cmdId = '', this.field = '', this.ref = '']);
  final String code, message, cmdId, field, ref;
  @override
  String toString() => '$code: $message';
}

String makeId() {
  final random = Random.secure();
  return [for (var i = 0; i < 16; i++) random.nextInt(256).toRadixString(16).padLeft(2, '0')].join();
}

class _Request {
  _Request(this.body);
  final Json body;
  final answer = Completer<Json>();
  bool sent = false, everSent = false, held = false;
}

class TocsinClient {
  /// [url]: ws://HOST:PORT or wss://HOST:PORT.
  TocsinClient(String url, this.options)
      : url = url.replaceFirst(RegExp('^http'), 'ws').replaceFirst(RegExp(r'/+$'), ''),
        _http = options.httpClient ?? HttpClient() {
    options.cursors.forEach((stream, cursor) => cursors[stream] = [...cursor]);
    if (options.autoConnect) connect();
  }

  final String url;
  final TocsinOptions options;
  final HttpClient _http;
  final Map<String, List<dynamic>> cursors = {};
  String state = 'closed';

  final Map<String, _Request> _requests = {}; // by cmd_id, in the order of asking
  final Map<String, String> _orders = {}; // by device: the last one that was handed on
  int _messageBytes = 1048576, _attempts = 0, _refusals = 0;
  bool _wasOpen = false, _posting = false;
  String? _token;
  Timer? _retry;
  // What belongs to one connection:
  WebSocket? _socket;
  Object? _wanted;
  bool _welcomed = false;
  int _silent = 0, _unacknowledgedEvents = 0;
  Timer? _handshake, _heartbeat, _ackTimer;
  Map<String, Json> _arriving = {}; // snapshots, by stream
  Map<String, int> _unacknowledged = {}; // {stream: seq}

  // --- what the application says

  void connect() {
    if (state != 'closed' && state != 'failed') return;
    _attempts = _refusals = 0;
    _wasOpen = false;
    _setState('connecting');
    _open();
  }

  Future<void> disconnect() async {
    if (state == 'closed' || state == 'closing') return;
    _refuseAll('The connection was closed.');
    _retry?.cancel();
    final socket = _socket;
    if (socket != null) {
      _setState('closing');
      await socket.close(1000).timeout(const Duration(seconds: 2), onTimeout: () => null);
    }
    if (state != 'closed') _end('closed', '');
  }

  /// Another token; after a refusal it connects again.
  void setToken(Object? token) {
    options.token = token;
    if (state == 'failed') connect();
  }

  /// A future of {changed, ref, dup}, done once it is stored. `cmd_id` is made here unless it is in [fields].
  Future<Json> request(String kind, [Json fields = const {}]) {
    final cmdId = fields['cmd_id'] as String? ?? makeId();
    final Json body = {'kind': kind, ...fields}..remove('cmd_id');
    Future<Json> refuse(String code, String message) => Future.error(TocsinError(code, message, cmdId));
    if (_requests.containsKey(cmdId)) return refuse('id_conflict', 'This cmd_id waits for its answer already.');
    if (utf8.encode(jsonEncode(body)).length + 256 > _messageBytes) return refuse('too_large', 'The request is too large.');
    if (state == 'failed' || state == 'closing' || !(_welcomed || options.messageQueueEnabled)) return refuse('offline', 'There is no connection.');
    if (_requests.length >= options.maxQueuedMessages) return refuse('overloaded', 'Too many requests wait already.');
    final request = _requests[cmdId] = _Request(body);
    _flush();
    return request.answer.future;
  }

  Future<Json> acknowledge(String alertId, [Json fields = const {}]) => request('acknowledge', {...fields, 'alert_id': alertId});

  Future<Json> sendChat(String thread, String text, [Json fields = const {}]) => request('send_chat', {...fields, 'thread': thread, 'text': text});

  Future<Json> reportAlert(String source, String code, [Json fields = const {}]) => request('report_alert', {...fields, 'source': source, 'code': code});

  /// The same client_alert_id is the same incident; it is the cmd_id unless it is given.
  Future<Json> raisePanic([Json fields = const {}]) {
    final cmdId = fields['cmd_id'] ?? makeId();
    return request('raise_panic', {'client_alert_id': cmdId, ...fields, 'cmd_id': cmdId});
  }

  Future<Json> issueCommand(String deviceId, String action, [Json fields = const {}]) => request('issue_command', {...fields, 'device_id': deviceId, 'action': action});

  /// [state]: accepted, succeeded or failed.
  Future<Json> reportCommand(String commandId, String state, [Json fields = const {}]) => request('report_command', {...fields, 'command_id': commandId, 'state': state});

  // --- the connection

  Future<void> _open() async {
    final wanted = _wanted = Object(); // another connect() or disconnect() takes its place
    _handshake?.cancel();
    _handshake = Timer(Duration(milliseconds: options.connectTimeout), () => _drop('The server does not answer.'));
    try {
      final token = options.token;
      final given = token is Function ? await token(_refusals > 0 ? _token : null) : token;
      if (!identical(_wanted, wanted)) return;
      _token = given as String?;
      final socket = await WebSocket.connect('$url/ws/v1', protocols: ['tocsin.v1.json'], customClient: _http);
      if (!identical(_wanted, wanted)) {
        unawaited(socket.close());
        return;
      }
      _socket = socket;
      socket.listen((text) {
        if (identical(_socket, socket)) _receive(text);
      }, onDone: () {
        if (identical(_socket, socket)) _lost(socket.closeCode ?? 1006, socket.closeReason ?? '');
      }, onError: (_) {}, cancelOnError: false);
      _hello();
    } catch (error) {
      if (identical(_wanted, wanted)) _drop('$error');
    }
  }

  void _hello() {
    final streams = {...options.streams, for (final id in options.devices) 'device/$id'}.toList();
    _send({
      'type': 'hello', 'v': 1, 'token': _token ?? '', 'client': options.client, 'name': options.name, 'streams': streams, 'devices': options.devices,
      'cursors': {for (final stream in streams) if (cursors.containsKey(stream)) stream: cursors[stream]},
    });
  }

  void _lost(int code, String reason) {
    if (state == 'closing') return _end('closed', '');
    final retry = min(int.parse(RegExp(r'retry_ms=(\d{1,9})').firstMatch(reason)?.group(1) ?? '0'), longestRetry);
    if (code == forbidden) return _end('failed', 'This account may not do this.');
    if (code == notAuthenticated) {
      _refusals += 1; // a function may have another one, once
      if (options.token is! Function || _refusals > 1) return _end('failed', 'The token was refused, or is no longer valid.');
    }
    _drop(reason.isEmpty ? 'The connection broke off.' : reason, retry);
  }

  /// Tries again, later.
  void _drop(String why, [int atLeast = 0]) {
    _closeSocket();
    _attempts += 1;
    final most = options.maxReconnectAttempts;
    if (most != null && _attempts > most) return _end('failed', 'No connection after $most more attempts: $why');
    final whole = min(options.reconnectDelay * pow(2, min(_attempts - 1, 30)), options.maxReconnectDelay);
    final wait = max(whole * (1 + Random().nextDouble()) / 2, atLeast); // they do not all come back at once
    _retry?.cancel();
    _retry = Timer(Duration(milliseconds: wait.round()), _open);
    if (!options.messageQueueEnabled) _refuseAll(why);
    _setState(_wasOpen ? 'reconnecting' : 'connecting', why);
    _flush();
  }

  void _end(String state, String why) {
    _retry?.cancel();
    _closeSocket();
    _refuseAll(why);
    _setState(state, why);
  }

  void _closeSocket() {
    final socket = _socket;
    for (final timer in [_handshake, _heartbeat, _ackTimer]) {
      timer?.cancel();
    }
    _socket = _wanted = _ackTimer = null;
    _welcomed = false;
    _silent = _unacknowledgedEvents = 0;
    _arriving = {};
    _unacknowledged = {};
    socket?.close().ignore();
    for (final request in _requests.values) {
      request.sent = false; // whether they arrived nobody knows
    }
  }

  void _refuseAll(String why) {
    final requests = Map.of(_requests);
    _requests.clear();
    requests.forEach((cmdId, request) => request.answer.completeError(
        TocsinError('offline', '$why ${request.everSent ? 'It may have been done.' : 'It was not sent.'}', cmdId)));
  }

  void _setState(String state, [String reason = '']) {
    final changed = this.state != state || reason.isNotEmpty;
    this.state = state;
    if (changed) _tell(() => options.onState?.call(state, reason));
  }

  /// What a handler throws is the application's, and ends nothing here.
  void _tell(void Function() handler) {
    try {
      handler();
    } catch (error, stack) {
      Zone.current.handleUncaughtError(error, stack);
    }
  }

  void _send(Json frame) => _socket?.add(jsonEncode(frame));

  void _beat() {
    if (_silent >= 2 && state == 'open') return _drop('The server fell silent.');
    _silent += 1;
    _send({'type': 'ping', 'id': 'heartbeat'});
  }

  // --- requests

  void _flush() {
    if (!_welcomed) {
      if (options.httpFallback && _attempts > 0) _post();
      return;
    }
    var inFlight = _requests.values.where((request) => request.sent).length;
    _requests.forEach((cmdId, request) {
      final urgent = request.body['kind'] == 'raise_panic';
      if (request.sent || request.held || (inFlight >= mostInFlight && !urgent)) return;
      request.sent = request.everSent = true;
      inFlight += 1;
      _send({'type': 'request', 'cmd_id': cmdId, 'body': request.body});
    });
  }

  /// One after the other, as long as there is no socket; whatever was sent twice is done once.
  Future<void> _post() async {
    if (_posting) return;
    _posting = true;
    final tried = <String>{};
    try {
      while (!_welcomed) {
        final waiting = _requests.entries.where((entry) => !entry.value.held && !tried.contains(entry.key));
        if (waiting.isEmpty) return;
        final entry = waiting.first;
        tried.add(entry.key);
        entry.value.everSent = true;
        final reply = await _call(entry.key, entry.value.body).timeout(Duration(milliseconds: options.connectTimeout));
        if (reply['type'] == 'reply') _takeReply(reply);
      }
    } catch (_) {
      // No way to the server at all: the next attempt comes with the next one of the socket.
    } finally {
      _posting = false;
    }
  }

  Future<Json> _call(String cmdId, Json body) async {
    final call = await _http.postUrl(Uri.parse('${url.replaceFirst(RegExp('^ws'), 'http')}/api/requests'));
    call.headers.contentType = ContentType.json;
    call.headers.set('Idempotency-Key', cmdId);
    if (_token != null) call.headers.set('Authorization', 'Bearer $_token');
    call.add(utf8.encode(jsonEncode(body)));
    final response = await call.close();
    return jsonDecode(await utf8.decodeStream(response)) as Json;
  }

  void _takeReply(Json frame) {
    final request = _requests[frame['id']];
    if (request == null) return;
    final Json error = frame['error'] ?? {};
    if (error['code'] == 'rate_limited') {
      request.sent = false;
      request.held = true;
      Timer(Duration(milliseconds: error['retry_after_ms'] ?? 1000), () {
        request.held = false;
        _flush();
      });
      return;
    }
    _requests.remove(frame['id']);
    if (frame['ok'] == true) {
      request.answer.complete({'changed': false, 'ref': '', ...?frame['result'] as Json?, 'dup': frame['dup'] == true});
    } else {
      request.answer.completeError(TocsinError(error['code'] ?? '', error['message'] ?? '', frame['id'], error['field'] ?? '', error['ref'] ?? ''));
    }
    _flush();
  }

  // --- what the server says

  void _receive(dynamic text) {
    _silent = 0;
    if (state == 'closing') return;
    final Json frame;
    try {
      frame = jsonDecode(text as String) as Json;
    } catch (_) {
      return _drop('The server said something that is not the protocol.');
    }
    final take = {'welcome': _takeWelcome, 'snapshot': _takeSnapshot, 'events': _takeEvents, 'live': _takeLive, 'reply': _takeReply, 'resync': _takeResync, 'pong': null}[frame['type']];
    take?.call(frame); // a later server may say more than we know
  }

  void _takeWelcome(Json frame) {
    _handshake?.cancel();
    _welcomed = _wasOpen = true;
    _attempts = _refusals = 0;
    _messageBytes = frame['limits']?['message_bytes'] ?? _messageBytes;
    (frame['streams'] as Json? ?? {}).forEach((stream, grant) {
      if (grant['state'] != 'resumed') cursors.remove(stream);
    });
    if (options.topics.isNotEmpty) _send({'type': 'subscribe', 'id': 'topics', 'topics': options.topics});
    if (options.enableHeartbeat) _heartbeat = Timer.periodic(Duration(milliseconds: options.heartbeatInterval), (_) => _beat());
    _setState('open');
    _tell(() => options.onWelcome?.call(frame));
    _flush();
  }

  void _takeSnapshot(Json frame) {
    final String stream = frame['stream'];
    if (frame['part'] == 1) _arriving[stream] = {};
    final arriving = _arriving[stream];
    if (arriving == null) return _drop('The server left out a part of a snapshot.');
    (frame['state'] as Json).forEach((key, items) => (arriving[key] ??= <dynamic>[]).addAll(items));
    if (frame['part'] < frame['parts']) return;
    _arriving.remove(stream);
    cursors[stream] = [frame['epoch'], frame['seq']];
    _tell(() => options.onSnapshot?.call(stream, arriving));
    for (final command in arriving['commands'] ?? []) {
      _order(command);
    }
    _acknowledge(stream, frame['seq'], 1);
  }

  void _takeEvents(Json frame) {
    final String stream = frame['stream'], epoch = frame['epoch'];
    if (cursors[stream]?[0] != epoch) return; // a snapshot is on its way
    for (final Json event in frame['events']) {
      final int seq = cursors[stream]![1];
      if (event['seq'] <= seq) continue;
      if (event['seq'] != seq + 1) return _drop('The server left out an event.');
      cursors[stream] = [epoch, event['seq']];
      if (event['kind'] != 'withheld') _tell(() => options.onEvent?.call(stream, event));
      if (event['kind'] == 'command') _order(event['body']);
      if (state != 'open') return;
    }
    _acknowledge(stream, cursors[stream]![1], frame['events'].length);
  }

  void _takeLive(Json frame) => _tell(() => options.onLive?.call(frame));

  void _takeResync(Json frame) {
    cursors.remove(frame['stream']);
    _tell(() => options.onResync?.call(frame['stream']));
  }

  /// An order that was sent and is not answered; each attempt is handed on once, also when a snapshot tells of it again.
  void _order(Json command) {
    final String device = command['device_id'], attempt = '${command['id']} ${command['attempt']}';
    if (command['state'] != 'sent' || !options.devices.contains(device) || _orders[device] == attempt) return;
    _orders[device] = attempt;
    _tell(() => options.onCommand?.call(command));
  }

  void _acknowledge(String stream, int seq, int events) {
    if (!_welcomed) return;
    _unacknowledged[stream] = seq;
    _unacknowledgedEvents += events;
    if (_unacknowledgedEvents >= ackAfter) return _sendAck();
    _ackTimer ??= Timer(const Duration(milliseconds: ackWithin), _sendAck);
  }

  void _sendAck() {
    _ackTimer?.cancel();
    _ackTimer = null;
    _send({'type': 'ack', 'cursors': _unacknowledged});
    _unacknowledged = {};
    _unacknowledgedEvents = 0;
  }
}

// A stand-in for NCALayer: a web socket over TLS that signs as its basics module does.
//
//   node ncalayer.js --tls CERT KEY --signer PROGRAM KEY.p12 PASSWORD [--port N] [--answer KIND] [--wait MS] [--log FILE]
//
// PROGRAM is sign_with_key: Node has no Kazakh GOST. Prints "port N" once it listens. KIND is how it answers: array (each CMS in PEM), string (of one, bare
// base64), object ({signatures, certificate}), cancelled, error, no_module, garbage, fewer, closed,
// pings (asks twice whether the other side lives, before it answers), parts (the answer in many frames),
// closed_after_one (answers once). --log writes each request, a line each.
'use strict'

const { spawnSync } = require('child_process')
const { createHash } = require('crypto')
const fs = require('fs')
const tls = require('tls')

const kMagic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11' // RFC 6455
const kText = 1
const kContinuation = 0
const kClose = 8
const kPing = 9
const kPong = 10

function parse (words) {
  const options = { port: 0, answer: 'array', wait: 0 }
  for (let i = 0; i < words.length; ++i) {
    const name = words[i].replace(/^--/, '')
    if (name === 'tls') options[name] = [words[++i], words[++i]]
    else if (name === 'signer') options[name] = [words[++i], words[++i], words[++i]]
    else options[name] = words[++i]
  }
  return options
}

function frame (kind, payload, final = true) {
  const head = [(final ? 0x80 : 0) | kind]
  if (payload.length < 126) head.push(payload.length)
  else if (payload.length < 65536) head.push(126, payload.length >> 8, payload.length & 255)
  else head.push(127, 0, 0, 0, 0, ...[24, 16, 8, 0].map(by => (payload.length >>> by) & 255))
  return Buffer.concat([Buffer.from(head), payload])
}

/// The first frame in `bytes`, and what follows it; nothing: it is not whole yet.
function take (bytes) {
  if (bytes.length < 2) return null
  let length = bytes[1] & 127
  let at = 2
  if (length === 126) {
    if (bytes.length < 4) return null
    length = bytes.readUInt16BE(2)
    at = 4
  } else if (length === 127) {
    if (bytes.length < 10) return null
    length = Number(bytes.readBigUInt64BE(2))
    at = 10
  }
  const masked = (bytes[1] & 128) !== 0
  if (bytes.length < at + (masked ? 4 : 0) + length) return null
  const mask = bytes.subarray(at, at + 4)
  if (masked) at += 4
  const payload = Buffer.from(bytes.subarray(at, at + length))
  if (masked) for (let i = 0; i < length; ++i) payload[i] ^= mask[i % 4]
  return { kind: bytes[0] & 15, final: (bytes[0] & 128) !== 0, masked, payload, rest: bytes.subarray(at + length) }
}

/// Of each document, in base64, a detached CMS in base64.
function sign (documents, [program, key, password]) {
  const made = spawnSync(program, [key, password], { input: documents.join('\n') + '\n' })
  if (made.status !== 0) throw new Error(made.stderr.toString())
  return made.stdout.toString().trim().split('\n')
}

function pem (label, base64) {
  return `-----BEGIN ${label}-----\n${base64.match(/.{1,64}/g).join('\n')}\n-----END ${label}-----\n`
}

function answerOf (request, options) {
  if (options.answer === 'no_module' || request.module !== 'kz.gov.pki.knca.basics') {
    return { success: false, errorCode: 'MODULE_NOT_FOUND' }
  }
  if (options.answer === 'cancelled') return { status: true, body: {} }
  if (options.answer === 'error') return { status: false, code: 'SIGNING_FAILURE', message: 'SIGNING_FAILURE' }
  const args = request.args
  if (args.format !== 'cms' || args.signingParams.encapsulate !== false || !args.signingParams.decode) {
    return { status: false, code: 'INVALID_SIGNING_PARAMS' }
  }
  const data = Array.isArray(args.data) ? args.data : [args.data]
  const made = sign(data, options.signer)
  if (options.answer === 'fewer') made.pop()
  if (options.answer === 'string') return { status: true, body: { result: made[0] } }
  const list = made.map(one => pem('CMS', one))
  if (options.answer === 'object') return { status: true, body: { result: { signatures: list, certificate: 'PEM' } } }
  return { status: true, body: { result: list } }
}

function send (socket, text, options) {
  const bytes = Buffer.from(text)
  if (options.answer !== 'parts') return socket.write(frame(kText, bytes))
  const kPart = 700
  for (let at = 0; at < bytes.length; at += kPart) {
    socket.write(frame(at === 0 ? kText : kContinuation, bytes.subarray(at, at + kPart), at + kPart >= bytes.length))
    socket.write(frame(kPing, Buffer.from('between')))
  }
}

class Talk {
  constructor (socket, options) {
    this.socket = socket
    this.options = options
    this.bytes = Buffer.alloc(0)
    this.isOpen = false
    this.text = Buffer.alloc(0)
    this.pongs = 0
    this.answered = 0
  }

  heard (bytes) {
    this.bytes = Buffer.concat([this.bytes, bytes])
    if (!this.isOpen && !this.open()) return
    for (let one = take(this.bytes); one; one = take(this.bytes)) {
      this.bytes = one.rest
      if (!one.masked) return this.socket.destroy()
      if (one.kind === kClose) return this.socket.end(frame(kClose, Buffer.alloc(0)))
      if (one.kind === kPong) this.pong()
      if (one.kind !== kText && one.kind !== kContinuation) continue
      this.text = Buffer.concat([this.text, one.payload])
      if (one.final) this.asked(this.text.toString())
    }
  }

  /// Answers the handshake, once its head is whole, and says the version as NCALayer does.
  open () {
    const end = this.bytes.indexOf('\r\n\r\n')
    if (end < 0) return false
    const key = /^sec-websocket-key: *(\S+)/im.exec(this.bytes.subarray(0, end).toString())
    if (!key) return this.socket.destroy() && false
    const accepted = createHash('sha1').update(key[1] + kMagic).digest('base64')
    this.socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accepted}\r\n\r\n`)
    this.socket.write(frame(kText, Buffer.from('{"result":{"version":"1.4"}}')))
    this.bytes = this.bytes.subarray(end + 4)
    this.isOpen = true
    return true
  }

  asked (text) {
    this.text = Buffer.alloc(0)
    if (this.options.log) fs.appendFileSync(this.options.log, text + '\n')
    const { answer } = this.options
    if (answer === 'closed' || (answer === 'closed_after_one' && this.answered > 0)) return this.socket.destroy()
    ++this.answered
    if (answer !== 'pings') return setTimeout(() => this.answer(text), Number(this.options.wait))
    this.waiting = text
    this.socket.write(frame(kPing, Buffer.from('first')))
  }

  pong () {
    if (!this.waiting) return
    if (++this.pongs < 2) return this.socket.write(frame(kPing, Buffer.from('second')))
    this.answer(this.waiting)
    this.waiting = null
  }

  answer (text) {
    if (this.options.answer === 'garbage') return send(this.socket, 'not JSON', this.options)
    send(this.socket, JSON.stringify(answerOf(JSON.parse(text), this.options)), this.options)
  }
}

const options = parse(process.argv.slice(2))
const [cert, key] = options.tls.map(file => fs.readFileSync(file))
const server = tls.createServer({ cert, key }, socket => {
  const talk = new Talk(socket, options)
  socket.on('data', bytes => talk.heard(bytes))
  socket.on('error', () => socket.destroy())
})
server.on('tlsClientError', () => {})
server.listen(Number(options.port), '127.0.0.1', () => console.log(`port ${server.address().port}`))

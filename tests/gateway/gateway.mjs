// The real wechaty-puppet-service server over a scripted mock world, behind a proxy that can break the connection.
// Controlled over HTTP on loopback; see rig.py for the calls.
//   node gateway.mjs --grpc PORT --direct PORT --control PORT --token TOKEN [--tls] [--noids] [--minutes N]
import crypto from 'node:crypto'
import http from 'node:http'
import net from 'node:net'
import { parseArgs } from 'node:util'
import { FileBox } from 'file-box'
import * as PUPPET from 'wechaty-puppet'
import { PuppetMock, mock } from 'wechaty-puppet-mock'
import { PuppetServer } from 'wechaty-puppet-service'
import { grpc, puppet as grpcPuppet } from 'wechaty-grpc'

const { values: opt } = parseArgs({ options: {
  grpc: { type: 'string' }, direct: { type: 'string' }, control: { type: 'string' },
  token: { type: 'string', default: 'rig_token' },
  tls: { type: 'boolean', default: false },
  noids: { type: 'boolean', default: false },     // sending returns no id, as some puppets do
  minutes: { type: 'string', default: '20' },
} })
const HOST = '127.0.0.1', GRPC = Number(opt.grpc), DIRECT = Number(opt.direct), CONTROL = Number(opt.control)
const T = PUPPET.types.Message
const TYPES = { text: T.Text, image: T.Image, video: T.Video, audio: T.Audio, emoticon: T.Emoticon, location: T.Location,
  attachment: T.Attachment, url: T.Url, contact: T.Contact, miniprogram: T.MiniProgram, chathistory: T.ChatHistory,
  transfer: T.Transfer, redenvelope: T.RedEnvelope, recalled: T.Recalled, groupnote: T.GroupNote, post: T.Post, unknown: T.Unknown }
const BOT = 'wxid-bot', ROOM = '9001@chatroom', OTHER = '9002@chatroom', TOPIC = '试验群'
const CONTACTS = [['c-guihua', '花开富贵', '桂花奶奶'], ['c-xiaoman', '小满', ''], ['c-couple', '老两口', ''],
  ['c-puyong', '志愿者-蒲勇', ''], ['c-qiping', '戚', '协调员戚萍'], ['c-stranger', '路过的人', '']]

const sha = b => crypto.createHash('sha256').update(b).digest('hex')
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))
const sent = [], files = new Map(), aliases = new Map(), invitations = new Map(), friendships = new Map(), listed = new Set(), counts = {}
let seq = 0, muted = false, sendDelay = 0

class ScriptedPuppet extends PuppetMock {
  count (name) { counts[name] = (counts[name] || 0) + 1 }
  emit (event, ...args) { return muted && event !== 'logout' ? true : super.emit(event, ...args) }
  async messageImage (id) { return this.messageFile(id) }
  async messageFile (id) {
    const f = files.get(id)
    if (!f) throw new Error('no file for message ' + id)
    if (f.kind === 'base64') return FileBox.fromBase64(f.buf.toString('base64'), f.name)
    if (f.kind === 'url') return FileBox.fromUrl(`http://${HOST}:${CONTROL}/file/${id}`, { name: f.name })
    return FileBox.fromBuffer(f.buf, f.name)       // what most puppets return
  }
  async contactAlias (id, alias) {
    const p = this.mocker.contactPayload(id)
    if (alias === undefined) return p.alias || ''
    p.alias = alias || ''; await this.dirtyPayload(PUPPET.types.Payload.Contact, id)
  }
  async roomMemberRawPayload (room, id) {
    const c = this.mocker.contactPayload(id)
    return { id, name: c.name, avatar: '', roomAlias: aliases.get(`${room}|${id}`) || '' }
  }
  async roomTopic (room, topic) {
    const p = this.mocker.roomPayload(room)
    if (topic === undefined) return p.topic
    p.topic = topic; await this.dirtyPayload(PUPPET.types.Payload.Room, room)
  }
  async roomInvitationRawPayload (id) { return invitations.get(id) }
  async roomInvitationAccept (id) {
    this.count('accept')
    if (!members(ROOM).includes(BOT)) members(ROOM).push(BOT)
    await this.dirtyPayload(PUPPET.types.Payload.Room, ROOM)
    this.emit('room-join', { inviteeIdList: [BOT], inviterId: invitations.get(id).inviterId, roomId: ROOM, timestamp: Date.now() })
  }
  async contactList () { return (await super.contactList()).filter(id => this.mocker.contactPayload(id).friend || listed.has(id)) }
  async friendshipRawPayload (id) { return friendships.get(id) }
  async friendshipRawPayloadParser (raw) { return raw }
  async friendshipAccept (id) {
    this.count('befriend')
    const { contactId } = friendships.get(id)
    mocker.contactPayload(contactId).friend = true; await this.dirtyPayload(PUPPET.types.Payload.Contact, contactId)
    befriend({ id: id + '-ok', from: contactId, type: 1 })
  }
  async stop () { this.count('stop'); return super.stop() }
  async #out (rec, payload) {
    if (!this.isLoggedIn) throw new Error('not logged in')
    const id = 'bot-' + (++seq)
    sent.push({ ...rec, id })
    this.mocker.MessageMock.create({ id, talkerId: this.currentUserId, timestamp: Date.now(), ...payload,
      ...(rec.to.includes('@') ? { roomId: rec.to, mentionIdList: rec.mentions || [] } : { listenerId: rec.to }) })
    setImmediate(() => this.emit('message', { messageId: id }))
    if (sendDelay) await sleep(sendDelay)
    return opt.noids ? undefined : id
  }
  async messageSendText (to, text, mentions) { return this.#out({ kind: 'text', to, text, mentions: mentions || [] }, { type: T.Text, text }) }
  async messageSendFile (to, box) {
    const buf = await box.toBuffer()
    return this.#out({ kind: 'file', to, name: box.name, bytes: buf.length, sha256: sha(buf) }, { type: T.Attachment, filename: box.name })
  }
}

const mocker = new mock.Mocker()
const puppet = new ScriptedPuppet({ mocker })
const contact = (id, name) => mocker.createContact({ id, name, alias: '', avatar: '', phone: [], friend: true, type: PUPPET.types.Contact.Individual })
const members = room => mocker.roomPayload(room).memberIdList
contact(BOT, '小安'); CONTACTS.forEach(([id, name]) => contact(id, name))
const room = (id, topic, ids) => mocker.createRoom({ id, topic, memberIdList: ids, ownerId: 'c-qiping', adminIdList: [], avatar: '' })
room(ROOM, TOPIC, [BOT, ...CONTACTS.map(c => c[0])]); room(OTHER, '闲聊', [BOT, 'c-stranger'])
let autologin = true
mocker.use(m => { if (autologin && !puppet.isLoggedIn) m.login(m.ContactMock.load(BOT)); return () => {} })

let server, proxy, mode = 'ok'
const pairs = new Set()
async function up () {
  if (server) return
  server = new PuppetServer({ endpoint: `${HOST}:${DIRECT}`, puppet, token: opt.token, tls: { disable: !opt.tls } })
  await server.start()
}
async function down () { const s = server; server = undefined; if (s) await s.stop() }
function listen () {
  return new Promise((resolve, reject) => {
    proxy = net.createServer(c => {
      const u = mode === 'freeze' ? null : net.connect(DIRECT, HOST), pair = { c, u }
      pairs.add(pair)
      const end = () => { pairs.delete(pair); c.destroy(); u?.destroy() }
      c.on('error', end); c.on('close', end)
      if (u) { c.setNoDelay(true); u.setNoDelay(true); c.pipe(u); u.pipe(c); u.on('error', end); u.on('close', end) }
    })
    proxy.once('error', reject); proxy.listen(GRPC, HOST, resolve)
  })
}
function cut () { for (const p of [...pairs]) { pairs.delete(p); p.c.resetAndDestroy(); p.u?.destroy() } }

function say (b) {
  const type = TYPES[b.type || 'text']
  if (type === undefined) throw new Error('unknown type ' + b.type)
  const id = b.id || `m-${++seq}`, out = { id }
  if (b.file) {
    const buf = b.file.size ? Buffer.alloc(b.file.size, crypto.createHash('sha256').update(id).digest()) : Buffer.from(b.file.base64, 'base64')
    files.set(id, { name: b.file.name, buf, kind: b.file.kind || 'buffer' }); out.sha256 = sha(buf)
  }
  const where = b.room === '' ? undefined : (b.room || ROOM)
  mocker.MessageMock.create({ id, talkerId: b.from, type, text: b.text || '', timestamp: b.timestamp || Date.now(), filename: b.file?.name,
    ...(where ? { roomId: where, mentionIdList: b.mentions || [] } : { listenerId: BOT }) })
  puppet.emit('message', { messageId: id })
  return out
}

function befriend (b) {       // type 1: is a friend now, 2: asks to be one
  friendships.set(b.id, { id: b.id, contactId: b.from, hello: b.hello || '', type: b.type, timestamp: Date.now(), ticket: 't', scene: 14, stranger: '' })
  puppet.emit('friendship', { friendshipId: b.id })
  return {}
}

async function reset () {
  muted = false; sendDelay = 0; sent.length = 0; for (const k in counts) delete counts[k]
  aliases.clear(); invitations.clear(); friendships.clear(); listed.clear()
  CONTACTS.forEach(([id, name, alias]) => { if (alias) aliases.set(`${ROOM}|${id}`, alias); Object.assign(mocker.contactPayload(id), { name, friend: true, alias: '' }) })
  const p = mocker.roomPayload(ROOM); p.topic = TOPIC; p.memberIdList = [BOT, ...CONTACTS.map(c => c[0])]
  mode = 'ok'; cut(); await up(); if (!proxy) await listen()
  if (puppet.authQrCode && puppet.isLoggedIn) await puppet.logout('a code was shown')
  autologin = true; if (!puppet.isLoggedIn) await puppet.login(BOT)
  for (const t of [PUPPET.types.Payload.Room, PUPPET.types.Payload.RoomMember]) await puppet.dirtyPayload(t, ROOM)
  for (const [id] of CONTACTS) await puppet.dirtyPayload(PUPPET.types.Payload.Contact, id)
  mocker.cacheMessagePayload.clear(); files.clear()
  return {}
}

const routes = {
  'POST /reset': reset,
  'POST /say': say,
  'POST /bulk': async b => {
    for (let i = 0; i < b.n; i++) {
      say({ from: b.from[i % b.from.length], text: b.texts ? b.texts[i % b.texts.length] : `${b.prefix}-${i}`, id: `${b.prefix}-${i}` })
      if (i % 50 === 49) await new Promise(setImmediate)
    }
    return {}
  },
  'POST /forget': () => { mocker.cacheMessagePayload.clear(); return {} },
  'POST /emit': b => { puppet.emit(b.event, b.payload); return {} },
  'POST /mute': b => { muted = b.on; return {} },
  'POST /slow': b => { sendDelay = b.ms; return {} },
  'POST /topic': async b => { mocker.RoomMock.load(ROOM).topic(b.topic).by(mocker.ContactMock.load('c-qiping')); await puppet.dirtyPayload(PUPPET.types.Payload.Room, ROOM); return {} },
  'POST /join': async b => { if (!mocker.cacheContactPayload.has(b.contact)) contact(b.contact, b.name); mocker.RoomMock.load(ROOM).add(mocker.ContactMock.load(b.contact)).by(mocker.ContactMock.load('c-qiping')); await puppet.dirtyPayload(PUPPET.types.Payload.Room, ROOM); return {} },
  'POST /remove': async b => { mocker.RoomMock.load(ROOM).remove(mocker.ContactMock.load(b.contact)).by(mocker.ContactMock.load('c-qiping')); await puppet.dirtyPayload(PUPPET.types.Payload.Room, ROOM); return {} },
  'POST /alias': async b => { aliases.set(`${ROOM}|${b.contact}`, b.alias); await puppet.dirtyPayload(PUPPET.types.Payload.RoomMember, ROOM); return {} },
  'POST /friend': async b => { mocker.contactPayload(b.contact).friend = b.friend; if (b.listed) listed.add(b.contact); await puppet.dirtyPayload(PUPPET.types.Payload.Contact, b.contact); return {} },
  'POST /invite': b => {
    invitations.set(b.id, { id: b.id, inviterId: b.from, topic: b.topic, avatar: '', invitation: '', memberCount: 3, memberIdList: [], receiverId: BOT, timestamp: Date.now() })
    puppet.emit('room-invite', { roomInvitationId: b.id }); return {}
  },
  'POST /befriend': befriend,
  'POST /logout': async () => { autologin = false; await puppet.logout('by the phone'); return {} },
  'POST /login': async () => { autologin = true; if (!puppet.isLoggedIn) await puppet.login(BOT); return {} },
  'POST /scan': b => { puppet.emit('scan', { qrcode: b.qrcode, status: b.status }); return {} },
  // stop: the gateway ends · reset: RST · refuse: RST and nobody listens · freeze: half-open · kick: another client calls Stop
  'POST /drop': async b => {
    if (b.mode === 'stop') await down()
    if (b.mode === 'reset' || b.mode === 'refuse') cut()
    if (b.mode === 'refuse') { await new Promise(resolve => proxy.close(resolve)); proxy = undefined }
    if (b.mode === 'freeze') { mode = 'freeze'; for (const p of pairs) { p.c.unpipe(); p.u?.unpipe(); p.c.pause(); p.u?.pause() } }
    if (b.mode === 'kick') {
      const client = new grpcPuppet.PuppetClient(`${HOST}:${DIRECT}`, grpc.credentials.createInsecure(), { 'grpc.default_authority': opt.token })
      await new Promise((resolve, reject) => client.stop(new grpcPuppet.StopRequest(), e => e ? reject(e) : resolve())); client.close()
    }
    return {}
  },
  'POST /up': async b => { if (mode === 'freeze') { mode = 'ok'; if (!b.keep) cut() } await up(); if (!proxy) await listen(); return {} },
  'POST /cut': () => { cut(); return {} },
  'GET /sent': () => sent,
  'GET /state': () => ({ loggedIn: puppet.isLoggedIn, counts, topic: mocker.roomPayload(ROOM).topic }),
  'POST /quit': () => { setTimeout(quit, 20); return {} },
}
http.createServer(async (req, res) => {
  const answer = (code, o) => { res.writeHead(code, { 'content-type': 'application/json' }); res.end(JSON.stringify(o)) }
  try {
    if (req.url.startsWith('/file/')) return res.end(files.get(decodeURIComponent(req.url.slice(6))).buf)
    const route = routes[`${req.method} ${req.url}`]
    if (!route) return answer(404, { error: 'no such call' })
    const chunks = []; for await (const c of req) chunks.push(c)
    answer(200, await route(chunks.length ? JSON.parse(Buffer.concat(chunks).toString()) : {}) || {})
  } catch (e) { answer(500, { error: String(e.stack) }) }
}).listen(CONTROL, HOST)

async function quit () { await down().catch(() => {}); process.exit(0) }
process.on('uncaughtException', e => console.error('uncaughtException', e.message))
process.on('unhandledRejection', e => console.error('unhandledRejection', e?.message))
process.on('SIGTERM', quit); process.on('SIGINT', quit)
process.stdin.resume(); process.stdin.on('end', quit)      // the tests hold the other end: no rig outlives them
setTimeout(quit, Number(opt.minutes) * 60_000)
await puppet.start(); await up(); await listen(); await reset()
console.log('ready')

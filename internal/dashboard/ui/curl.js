// A request of the journal as a command that asks it again. What the journal hides is put
// back from the credentials of the entry's world.

// own are headers that curl writes by itself.
const own = new Set(['accept-encoding', 'connection', 'content-length', 'host', 'transfer-encoding', 'user-agent'])

const hidden = '[redacted]'

// quote makes a word of the shell of what a client sent, whatever that is. A control
// character would be the terminal's when the command is pasted, so printf makes it.
const quote = (text) => `'${text.replaceAll("'", `'\\''`)
  .replace(/[\0-\x08\x0b-\x1f\x7f]/g, (c) => `'"$(printf '\\${c.charCodeAt(0).toString(8).padStart(3, '0')}')"'`)}'`

// plainly quotes a method where it must be.
const plainly = (method) => (/^[A-Z]+$/.test(method) ? method : quote(method))

// command gives the text, whether it must be signed afresh, and whether a key is missing.
// The credentials are those of GET /_sim/apis for the provider and the world.
export function command(entry, credentials, origin = location.origin) {
  const known = new Map(credentials.filter((c) => c.value).map((c) => [c.name.toLowerCase(), c.value]))
  const headers = Object.entries(entry.request.header ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  const secret = headers.filter(([, values]) => values.includes(hidden)).map(([name]) => name.toLowerCase())
  const url = quote(origin + entry.url)
  const body = entry.request.body
  // A hidden header that is no credential is made of the rest of the request.
  const used = credentials.filter((c) => secret.includes(c.name.toLowerCase()))
  const key = credentials.find((c) => c.name === 'secret key' && c.value)
  if (key && secret.some((name) => !known.has(name))) {
    const access = used[0] ?? credentials[0]
    const parts = ['esimsim sign', `--access-code ${quote(access.value)}`, `--secret ${quote(key.value)}`, `--method ${plainly(entry.method)}`]
    if (body) parts.push(`--body ${quote(body)}`)
    return { text: `${parts.join(' ')} --curl ${url} | sh`, signed: true, missing: false }
  }
  const parts = ['curl -sS']
  if (entry.method === 'HEAD') parts.push('--head')
  else if (entry.method !== (body ? 'POST' : 'GET')) parts.push(`-X ${plainly(entry.method)}`)
  if (/[[\]{}]/.test(entry.url)) parts.push('--globoff') // else they are ranges to curl
  if (entry.url.includes('/.')) parts.push('--path-as-is')
  parts.push(url)
  let missing = false
  for (const [name, values] of headers) {
    if (own.has(name.toLowerCase()) || (name === 'Accept' && values[0] === '*/*')) continue
    for (const value of values) {
      const plain = value === hidden ? known.get(name.toLowerCase()) : value
      missing ||= plain === undefined
      parts.push(`-H ${quote(plain === '' ? `${name};` : `${name}: ${plain ?? 'YOUR-KEY'}`)}`)
    }
  }
  if (body && entry.method !== 'HEAD') {
    if (!headers.some(([name]) => name.toLowerCase() === 'content-type')) parts.push("-H 'Content-Type:'") // or curl gives it one
    parts.push(`--data-raw ${quote(body)}`)
  }
  return { text: parts.join(' '), signed: false, missing }
}

// The control API, which is all that the dashboard knows of the simulator.

const stored = 'esimsim.token'
let token = ''
try {
  token = sessionStorage.getItem(stored) ?? ''
} catch {
  // Then it is asked for again in each tab and after each load.
}
let saved = token

// A Problem is an error as the control plane writes it.
export class Problem extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `the simulator answered ${status}`)
    this.status = status
    this.pointer = problem.pointer
    this.happened = problem.happened ?? []
  }
}

// locked asks the user for the token; main.js says how. It is asked once for all calls
// that wait.
let locked = async () => { throw new Problem(401, { detail: 'the control token is needed' }) }
let asking = null
export const onLocked = (f) => { locked = f }

async function unlock(wrong) {
  asking ??= locked(wrong).finally(() => { asking = null })
  token = await asking
}

// keep stores the token for the next load of the tab, once it was seen to be right.
function keep(used) {
  if (used !== token || used === saved) return
  saved = used
  try {
    sessionStorage.setItem(stored, used)
  } catch {
    // See above.
  }
}

// inHeader is a text as its bytes in UTF-8, since a header takes no other characters.
const inHeader = (text) => String.fromCharCode(...new TextEncoder().encode(text))

// bearer is what a command of the user's own needs; the token itself stays off the page.
export const bearer = () => (token ? ' -H "Authorization: Bearer $ESIMSIM_CONTROL_TOKEN"' : '')

export const world = (name) => `/worlds/${encodeURIComponent(name)}`

// send calls the API, with the token as soon as one is asked for.
async function send(method, path, { body, headers, signal } = {}) {
  for (;;) {
    const used = token
    const answer = await fetch(`/_sim${path}`, {
      method, body, signal, cache: 'no-store',
      headers: { Accept: 'application/json', ...(used && { Authorization: `Bearer ${inHeader(used)}` }), ...headers },
    }).catch((error) => { throw signal?.aborted ? error : new Problem(0, { detail: 'The simulator does not answer.' }) })
    if (answer.ok) keep(used)
    if (answer.status !== 401) return answer
    if (token === used) await unlock(used !== '')
  }
}

async function checked(answer) {
  if (answer.ok) return answer
  const text = await answer.text()
  let problem = {}
  try {
    problem = JSON.parse(text)
  } catch {
    problem.detail = text.slice(0, 200)
  }
  throw new Problem(answer.status, problem)
}

// call gives what the API answers; a body goes out as JSON, a text as it is.
export async function call(method, path, body) {
  const text = body == null || typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await checked(await send(method, path, { body: text }))
  return answer.status === 204 ? null : answer.json()
}

// access lists the APIs with the keys of a world, and with a call to paste where there is
// one.
export async function access(name) {
  const { apis, example } = await call('GET', `/apis?world=${encodeURIComponent(name)}`)
  return apis.map((api) => ({ ...api, example: example?.[api.name] }))
}

// download hands a file to the browser, which cannot send the token by itself.
export async function download(path, name) {
  const answer = await checked(await send('GET', path))
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await answer.blob())
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000) // some browsers fetch it later
}

// stream reads server-sent events until the signal or the server ends it. EventSource
// could not send the token.
export async function stream(path, { after, signal, opened, event }) {
  const headers = { Accept: 'text/event-stream', ...(after && { 'Last-Event-ID': after }) }
  const answer = await checked(await send('GET', path, { headers, signal }))
  opened()
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const blocks = (rest + value).split('\n\n')
    rest = blocks.pop()
    for (const block of blocks) {
      const fields = {}
      for (const line of block.split('\n')) {
        const colon = line.indexOf(': ')
        if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 2)
      }
      if (fields.event) event(fields.event, JSON.parse(fields.data), fields.id)
    }
  }
}

// How instants, lengths of time and names are written.

const two = (n) => String(n).padStart(2, '0')

// instant is a time of the world, in UTC: 2026-07-01 00:00:00.
export function instant(when) {
  const t = new Date(when)
  if (Number.isNaN(t.getTime())) return String(when)
  return `${day(t)} ${time(t)}`
}

export const day = (t) => `${t.getUTCFullYear()}-${two(t.getUTCMonth() + 1)}-${two(t.getUTCDate())}`

export const time = (t) => `${two(t.getUTCHours())}:${two(t.getUTCMinutes())}:${two(t.getUTCSeconds())}`

// span is a length of time in its two largest units: 2 d 3 h.
export function span(ms) {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`
  let rest = Math.round(ms / 1000)
  const parts = []
  for (const [unit, length] of [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]]) {
    const n = Math.floor(rest / length)
    rest -= n * length
    if (n > 0) parts.push(`${n} ${unit}`)
  }
  return parts.slice(0, 2).join(' ')
}

// took is real time in nanoseconds, as a person reads it.
export const took = (ns) => (ns < 1e6 ? `${Math.max(1, Math.round(ns / 1e3))} µs` : `${Math.round(ns / 1e6)} ms`)

// short is a dotted name without its first part.
export const short = (name) => name.slice(name.indexOf('.') + 1)

// last is the end of a dotted name.
export const last = (name) => name.slice(name.lastIndexOf('.') + 1)

// count is a figure with its noun: 1 request, 2 requests.
export const count = (n, noun, many = `${noun}s`) => `${n} ${n === 1 ? noun : many}`

// kindOf is the class of a status, for its colour.
export const kindOf = (status) => (status >= 500 ? 'bad' : status >= 400 ? 'warn' : status >= 200 && status < 300 ? 'good' : 'plain')

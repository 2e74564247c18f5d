// JSON is laid out from its text, not from what it means: numbers keep their digits and
// members that stand twice are seen twice. Each line knows its JSON pointer.

const token = /[\s]*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:])/y

// lay gives the lines of a text, {depth, parts: [[kind, text]], pointer}, or null where it
// is no JSON.
export function lay(text) {
  const tokens = []
  token.lastIndex = 0
  let end = 0
  for (let match; (match = token.exec(text)); end = token.lastIndex) tokens.push(match[1])
  if (tokens.length === 0 || text.slice(end).trim() !== '') return null
  const lines = []
  let at = 0
  const next = (want) => {
    const got = tokens[at++]
    if (got === undefined || (want && got !== want)) throw new SyntaxError('no JSON')
    return got
  }
  const value = (depth, pointer, before) => {
    const first = next()
    const closes = { '{': '}', '[': ']' }[first]
    if (!closes) {
      if ('}],:'.includes(first)) throw new SyntaxError('no JSON')
      lines.push({ depth, pointer, parts: [...before, [sort(first), first]] })
      return
    }
    if (tokens[at] === closes) {
      next()
      lines.push({ depth, pointer, parts: [...before, ['mark', first + closes]] })
      return
    }
    lines.push({ depth, pointer, parts: [...before, ['mark', first]] })
    for (let i = 0; ; i++) {
      if (first === '{') {
        const name = next()
        if (name[0] !== '"') throw new SyntaxError('no JSON')
        next(':')
        value(depth + 1, `${pointer}/${JSON.parse(name).replaceAll('~', '~0').replaceAll('/', '~1')}`, [['name', name], ['mark', ': ']])
      } else {
        value(depth + 1, `${pointer}/${i}`, [])
      }
      const more = next()
      if (more === closes) break
      if (more !== ',') throw new SyntaxError('no JSON')
      lines.at(-1).parts.push(['mark', ','])
    }
    lines.push({ depth, pointer: '', parts: [['mark', closes]] })
  }
  try {
    value(0, '', [])
  } catch {
    return null // deeper than the stack, too
  }
  return at === tokens.length ? lines : null
}

const sort = (text) => (text[0] === '"' ? 'text' : /[-\d]/.test(text[0]) ? 'number' : 'word')

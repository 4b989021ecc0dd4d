/** What BuildKit's `instructions.Parse` asks of each instruction. Only whether it is refused: values are not kept. */
import type { Escape } from './escape.ts'
import { type Instruction, jsonStrings, opensHeredoc, triggerOf } from './instructions.ts'
import { mountOptions } from './mounts.ts'
import { Refusal } from '../refusal.ts'
import { part, type Sourced } from '../sourced.ts'
import { spaceAt } from './space.ts'

type FlagKind = 'text' | 'boolean' | 'list'
type Rule = {
  readonly flags?: Readonly<Record<string, FlagKind>>
  /** Flags are not looked at, as for ARG and STOPSIGNAL. */
  readonly anyFlags?: true
  /** Refuses by throwing what is wrong. */
  check?(instruction: Instruction, escape: Escape): void
}

/** Throws `Refusal` where BuildKit does. */
export function checkInstruction(instruction: Instruction, escape: Escape): void {
  const rule = Object.hasOwn(rules, instruction.keyword) ? rules[instruction.keyword] : undefined
  if (rule === undefined) throw new Refusal(`unknown instruction: ${shown(instruction.keyword)}`, instruction.at)
  rule.check?.(instruction, escape)
  if (rule.anyFlags !== true) checkFlags(instruction, rule.flags ?? {})
}

const shown = (text: string): string => Buffer.from(text.slice(0, 80), 'latin1').toString('utf8')

/** The value of the flag `name` as text with sources, or null. */
export function flagValue(instruction: Instruction, name: string): Sourced | null {
  const flag = instruction.flags.find(({ text }) => text.startsWith(`--${name}=`))
  return flag === undefined ? null : part(flag, name.length + 3)
}

const betweenBlanks = /[^\t\v\f\r ]+/g

/** The words of `args` between blanks (`parseStringsWhitespaceDelimited`). */
export function blankSeparated(args: Sourced): readonly Sourced[] {
  return [...args.text.matchAll(betweenBlanks)].map((match) => part(args, match.index, match.index + match[0].length))
}

/** The words of `args` with quotes and escapes kept (`parseWords`), as ARG, ENV and LABEL read them. */
export function quotedWords(args: Sourced, escape: Escape): readonly Sourced[] {
  const { text } = args
  const words: Sourced[] = []
  for (let pos = 0; pos < text.length; ) {
    const space = spaceAt(text, pos)
    if (space > 0) {
      pos += space
      continue
    }
    const start = pos
    let end = text.length
    let quote = ''
    for (; pos < text.length && (quote !== '' || spaceAt(text, pos) === 0); pos++) {
      const char = text[pos]
      if (char === escape && quote !== "'") {
        if (pos + 1 === text.length) end = pos
        else pos++
      } else if (quote === '' && (char === '"' || char === "'")) quote = char
      else if (char === quote) quote = ''
    }
    end = Math.min(end, pos)
    if (end > start) words.push(part(args, start, end))
  }
  return words
}

function checkFlags({ flags, at }: Instruction, known: Readonly<Record<string, FlagKind>>): void {
  if (flags.length === 0) return
  const used = new Set<string>()
  for (const { text } of flags) {
    const equals = text.indexOf('=')
    const name = text.slice(2, equals < 0 ? undefined : equals)
    const kind = Object.hasOwn(known, name) ? known[name] : undefined
    if (kind === undefined) throw new Refusal(`unknown flag: --${shown(name)}`, at)
    if (used.has(name) && kind !== 'list') throw new Refusal(`duplicate flag: --${name}`, at)
    used.add(name)
    const value = equals < 0 ? null : text.slice(equals + 1)
    if (kind !== 'boolean' && value === null) throw new Refusal(`--${name} needs a value`, at)
    if (kind === 'boolean' && value !== null && !/^(?:true|false)$/i.test(value)) throw new Refusal(`--${name} is true or false`, at)
  }
}

const refuseUnless = (holds: boolean, message: string, { at }: Instruction): void => {
  if (!holds) throw new Refusal(message, at)
}

const shellForm = (instruction: Instruction): void =>
  refuseUnless(jsonStrings(instruction.args.text) !== 'mixed', 'a JSON form holds strings only', instruction)

/** The arguments in either form; JSON strings without their sources. */
function listed(instruction: Instruction): readonly string[] {
  shellForm(instruction)
  const json = jsonStrings(instruction.args.text)
  return Array.isArray(json) ? json : (instruction.args.text.match(betweenBlanks) ?? [])
}

const text = (instruction: Instruction): void => refuseUnless(instruction.args.text !== '', `${instruction.keyword} needs an argument`, instruction)

const transfer = (instruction: Instruction): void => {
  const words = listed(instruction)
  refuseUnless(words.length >= 2, `${instruction.keyword} needs a source and a destination`, instruction)
  refuseUnless(!opensHeredoc({ text: words.at(-1) ?? '', at: [] }), `${instruction.keyword} cannot write to a heredoc`, instruction)
}

const pairs = (instruction: Instruction, escape: Escape): void => {
  const words = quotedWords(instruction.args, escape)
  const [first] = words
  if (first === undefined) throw new Refusal(`${instruction.keyword} needs an argument`, instruction.at)
  if (!first.text.includes('=')) return refuseUnless(/[\t\v\f\r ]/.test(instruction.args.text), `${instruction.keyword} needs two arguments`, instruction)
  for (const word of words) refuseUnless(word.text.indexOf('=') > 0, `"${shown(word.text)}" is not name=value`, instruction)
}

const stageNameForm = /^[a-z][a-z0-9-_.]*$/

const rules: Readonly<Record<string, Rule>> = {
  add: {
    flags: { chown: 'text', chmod: 'text', link: 'boolean', 'keep-git-dir': 'boolean', checksum: 'text', unpack: 'boolean', exclude: 'list' },
    check: transfer,
  },
  arg: {
    anyFlags: true,
    check: (instruction, escape) => {
      text(instruction)
      for (const word of quotedWords(instruction.args, escape)) refuseUnless(!word.text.startsWith('='), 'an ARG has no name', instruction)
    },
  },
  cmd: { check: shellForm },
  copy: { flags: { chown: 'text', from: 'text', chmod: 'text', link: 'boolean', exclude: 'list', parents: 'boolean' }, check: transfer },
  entrypoint: { check: shellForm },
  env: { check: pairs },
  expose: { check: text },
  from: {
    flags: { platform: 'text' },
    check: (instruction) => {
      const [, as, name, ...more] = blankSeparated(instruction.args)
      refuseUnless(
        instruction.args.text !== '' && more.length === 0 && (as === undefined || name !== undefined),
        'FROM takes one or three arguments',
        instruction,
      )
      if (as === undefined || name === undefined) return
      refuseUnless(as.text.toLowerCase() === 'as', 'FROM takes one or three arguments', instruction)
      refuseUnless(stageNameForm.test(name.text.toLowerCase()), `"${shown(name.text)}" is no name for a stage`, instruction)
    },
  },
  healthcheck: {
    flags: { interval: 'text', timeout: 'text', 'start-period': 'text', 'start-interval': 'text', retries: 'text' },
    check: (instruction) => {
      const { kind, command } = healthOf(instruction)
      const none = kind.toUpperCase() === 'NONE'
      shellForm(command)
      refuseUnless(none || kind.toUpperCase() === 'CMD', 'HEALTHCHECK is NONE or CMD', instruction)
      const json = jsonStrings(command.args.text)
      refuseUnless(
        (Array.isArray(json) ? json.length === 0 : command.args.text === '') === none,
        none ? 'NONE takes no arguments' : 'CMD needs a command',
        instruction,
      )
      if (none) return
      for (const name of ['interval', 'timeout', 'start-period', 'start-interval']) checkDuration(flagValue(instruction, name)?.text ?? '', instruction)
      const retries = flagValue(instruction, 'retries')?.text ?? ''
      refuseUnless(retries === '' || (/^[+-]?\d+$/.test(retries) && Number(retries) >= 0 && Number(retries) < 2 ** 31), '--retries is a number', instruction)
    },
  },
  label: { check: pairs },
  maintainer: { check: text },
  onbuild: {
    check: (instruction, escape) => {
      text(instruction)
      const trigger = triggerOf(instruction, escape)
      const isAllowed = !['onbuild', 'from', 'maintainer'].includes(trigger.keyword)
      refuseUnless(isAllowed, `${trigger.keyword.toUpperCase()} is not allowed in ONBUILD`, instruction)
      if (['cmd', 'entrypoint', 'run', 'shell', 'add', 'copy', 'volume'].includes(trigger.keyword)) shellForm(trigger)
      if (trigger.keyword === 'healthcheck') shellForm(healthOf(trigger).command)
      if ((trigger.keyword === 'env' || trigger.keyword === 'label') && trigger.args.text !== '') pairsOfTrigger(trigger, escape)
    },
  },
  run: {
    flags: { mount: 'list', network: 'text', security: 'text', device: 'list' },
    check: (instruction) => {
      shellForm(instruction)
      if (instruction.flags.length === 0) return
      refuseUnless(/^(?:default|none|host)$/.test(flagValue(instruction, 'network')?.text ?? 'none'), '--network is default, none or host', instruction)
      refuseUnless(/^(?:insecure|sandbox)$/.test(flagValue(instruction, 'security')?.text ?? 'sandbox'), '--security is insecure or sandbox', instruction)
      for (const mount of mountOptions(instruction)) {
        const dollar = mount.from?.text.indexOf('$') ?? -1
        if (mount.from === null || dollar < 0 || dollar === mount.from.text.length - 1) continue
        throw new Refusal('from= of a mount takes no variables: name a stage', mount.from.at[0] ?? instruction.at, 'variable-not-allowed', 'mount-from')
      }
    },
  },
  shell: {
    check: (instruction) => {
      const json = jsonStrings(instruction.args.text)
      refuseUnless(Array.isArray(json) && json.length > 0, 'SHELL takes a JSON array of strings', instruction)
    },
  },
  stopsignal: { anyFlags: true, check: text },
  user: { check: text },
  volume: {
    check: (instruction) => {
      const words = listed(instruction)
      refuseUnless(words.length > 0 && words.every((word) => word.trim() !== ''), 'VOLUME needs a path', instruction)
    },
  },
  workdir: { check: text },
}

/** NONE or CMD, and the instruction with what follows that word as its arguments. */
function healthOf(instruction: Instruction): { readonly kind: string; readonly command: Instruction } {
  const { args } = instruction
  const kind = /^\S*/.exec(args.text)?.[0] ?? ''
  return { kind, command: { ...instruction, args: part(args, kind.length + (/^\s*/.exec(args.text.slice(kind.length))?.[0].length ?? 0)) } }
}

/** Within ONBUILD only the parser's own rules hold: names may be blank. */
function pairsOfTrigger(trigger: Instruction, escape: Escape): void {
  const words = quotedWords(trigger.args, escape)
  if (words[0]?.text.includes('=') !== true) return pairs(trigger, escape)
  for (const word of words) refuseUnless(word.text.includes('='), `"${shown(word.text)}" is not name=value`, trigger)
}

const nanosecondsPer: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12 }

/** Go's `time.ParseDuration`, and at least a millisecond unless zero. */
function checkDuration(written: string, instruction: Instruction): void {
  const value = shown(written)
  if (value === '' || /^[+-]?0$/.test(value)) return
  refuseUnless(/^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(value), `"${value}" is no duration`, instruction)
  let total = 0
  for (const [, amount, unit] of value.matchAll(/([\d.]+)([^\d.+-]+)/g)) total += Math.trunc(Number(amount) * (nanosecondsPer[unit ?? ''] ?? 0))
  refuseUnless(total < 2 ** 63, `${value} is too long`, instruction)
  refuseUnless(total === 0 || (!value.startsWith('-') && total >= 1e6), `${value} is less than a millisecond`, instruction)
}

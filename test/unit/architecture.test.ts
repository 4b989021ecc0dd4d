/** The house rules that a machine can hold: floors, fences, names, docstrings, sizes. Each rule shows first that it complains about a bad file. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { blankStrings, importsOf, lineOf, withoutComments } from '../support/source-text.ts'

type SourceFile = { readonly path: string; readonly text: string }

type Rule = {
  readonly name: string
  /** Ends every complaint: why the rule is there. */
  readonly why: string
  readonly complaints: (file: SourceFile) => readonly string[]
  /** A file that breaks the rule, and one that looks like it and does not. */
  readonly bad: SourceFile
  readonly good: SourceFile
}

const root = path.resolve(import.meta.dirname, '../..')

/** Which folders of `src` a folder may import, itself aside. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  domain: ['lib'],
  formats: ['domain', 'lib'],
  policy: ['domain', 'lib'],
  render: ['domain', 'lib'],
  ports: ['domain', 'lib'],
  pipeline: ['ports', 'formats', 'policy', 'render', 'domain', 'lib'],
  adapters: ['ports', 'domain', 'lib'],
  app: ['adapters', 'pipeline', 'ports', 'formats', 'policy', 'render', 'domain', 'lib'],
}

/** Packages that only some folders may import. */
const fences: readonly { readonly named: string; readonly packages: RegExp; readonly folders: readonly string[] }[] = [
  { named: 'octokit', packages: /^(octokit|@octokit\/.*)$/, folders: ['src/adapters/github'] },
  { named: 'bullmq', packages: /^bullmq(\/|$)/, folders: ['src/adapters/queue'] },
  { named: 'ioredis', packages: /^ioredis(\/|$)/, folders: ['src/adapters/queue', 'src/adapters/store'] },
  { named: 'undici', packages: /^undici(\/|$)/, folders: ['src/adapters/http'] },
  { named: 'probot', packages: /^probot(\/|$)/, folders: ['src/app'] },
  { named: 'dockerfile-ast', packages: /^dockerfile-ast(\/|$)/, folders: ['src/formats/dockerfile'] },
]

/** Folders in which a result depends on the arguments alone. */
const pureFolders = ['lib', 'domain', 'formats', 'policy', 'render', 'ports', 'pipeline']

const isIn = (file: string, folder: string): boolean => file.startsWith(`${folder}/`)
const folderOf = (file: string): string => file.split('/')[1] ?? ''
const isPure = (file: string): boolean => isIn(file, 'src') && pureFolders.includes(folderOf(file))
const isSource = (file: string): boolean => isIn(file, 'src')

/** The file that a relative import means, from the root of the repository; null for packages. */
function importedFile(from: string, specifier: string): string | null {
  return specifier.startsWith('.') ? path.posix.join(path.posix.dirname(from), specifier) : null
}

/** A complaint for each match of `pattern` in the code, comments and strings left out. */
function matches(file: SourceFile, pattern: RegExp, say: (text: string) => string): string[] {
  const code = blankStrings(file.text)
  return [...code.matchAll(pattern)].map((match) => `${lineOf(code, match.index)}: ${say(match[0].trim())}`)
}

/** A complaint for each import that `say` has one for. */
function imports(file: SourceFile, say: (specifier: string, imported: string | null) => string | null): string[] {
  return importsOf(file.text).flatMap(({ line, specifier }) => {
    const complaint = say(specifier, importedFile(file.path, specifier))
    return complaint === null ? [] : [`${line}: ${complaint}`]
  })
}

/** Whether an exported name is the one its file is called after: `jobQueue` and `JobQueue` in `job-queue.ts`. */
const isNamesake = (file: string, name: string): boolean =>
  path.posix
    .basename(file)
    .replace(/\.tsx?$/, '')
    .replaceAll('-', '') === name.toLowerCase()

/**
 * Lines of exported declarations without a docstring directly above. Of overloads the first one carries it. Functions always have one. A type may go
 * without where a sentence on it would only repeat: the file's namesake (the opening sentence is its own), a bundle of arguments (the function that
 * takes it has the contract), and a type that says it member by member.
 */
function undocumented({ path: file, text }: SourceFile): string[] {
  const lines = text.split('\n')
  return lines.flatMap((line, at) => {
    const found = /^export (?:declare )?(?:abstract )?(?:async )?(function\*?|const|let|class|type|interface) ([\w$]+)/.exec(line)
    const before = lines[at - 1] ?? ''
    if (found === null || before.trimEnd().endsWith('*/')) return []
    const [, kind = '', name = ''] = found
    if (before.startsWith('export ') && before.includes(` ${name}`)) return []
    const end = lines.findIndex((later, after) => after > at && /^\S/.test(later))
    const saysItByMember = lines.slice(at + 1, end).some((member) => member.trim().startsWith('/**'))
    const isTold = isNamesake(file, name) || (/^(type|interface|class)$/.test(kind) && (saysItByMember || /(Ports|Parts|Options|Input)$/.test(name)))
    return isTold && !kind.startsWith('function') ? [] : [`${at + 1}: ${name} has no docstring directly above it`]
  })
}

const rules: readonly Rule[] = [
  {
    name: 'a file imports from lower floors only',
    why: 'the folder list is the data flow; see the table in CONTRIBUTING.md',
    complaints: (file) => {
      if (!isSource(file.path)) return []
      const allowed = mayImport[folderOf(file.path)]
      if (allowed === undefined) return [`1: ${file.path} is on no floor`]
      return imports(file, (specifier, imported) => {
        if (imported === null) return null
        if (!isSource(imported)) return imported.endsWith('.json') && isIn(imported, 'config') ? null : `${specifier} leaves src`
        const target = folderOf(imported)
        return target === folderOf(file.path) || allowed.includes(target) ? null : `${folderOf(file.path)} may not import ${target} (${specifier})`
      })
    },
    bad: { path: 'src/domain/a.ts', text: "import type {\n  B,\n} from '../ports/b.ts'\n" },
    good: { path: 'src/domain/a.ts', text: "// from '../ports/b.ts'\nimport type { B } from '../lib/b.ts'\n" },
  },
  {
    name: 'an adapter folder sees no other, but for adapters/http',
    why: 'adapters meet at the ports; what two of them share is a port, or belongs to domain or lib',
    complaints: (file) =>
      imports(file, (specifier, imported) => {
        if (!isIn(file.path, 'src/adapters') || imported === null || !isIn(imported, 'src/adapters')) return null
        const own = file.path.split('/')[2]
        const other = imported.split('/')[2]
        return other === own || other === 'http' ? null : `adapters/${own} may not import ${specifier}`
      }),
    bad: { path: 'src/adapters/queue/a.ts', text: "import { b } from '../store/b.ts'\n" },
    good: { path: 'src/adapters/registry/a.ts', text: "import { b } from '../http/b.ts'\nimport { c } from './c.ts'\n" },
  },
  {
    name: 'a pipeline stage never imports another',
    why: 'a stage stores what it returns and the next job carries ids only, so that a crash between two stages loses nothing',
    complaints: (file) =>
      imports(file, (specifier, imported) => {
        if (!isIn(file.path, 'src/pipeline') || imported === null || !isIn(imported, 'src/pipeline')) return null
        const stage = (of: string): string => of.split('/')[2]?.replace(/\.tsx?$/, '') ?? ''
        return stage(imported) === stage(file.path) ? null : `the stage ${stage(file.path)} imports ${specifier}`
      }),
    bad: { path: 'src/pipeline/plan.ts', text: "import { decide } from './decide.ts'\n" },
    good: { path: 'src/pipeline/plan.ts', text: "import { decide } from '../policy/decide.ts'\n" },
  },
  ...fences.map(
    ({ named, packages, folders }): Rule => ({
      name: `${named} only in ${folders.join(', ')}`,
      why: 'what one folder knows can be replaced, tested and guarded in one folder',
      complaints: (file) =>
        imports(file, (specifier) =>
          isSource(file.path) && packages.test(specifier) && !folders.some((folder) => isIn(file.path, folder)) ? specifier : null,
        ),
      bad: { path: 'src/policy/a.ts', text: `const lazily = await import('${named}')\n` },
      good: { path: `${folders[0]}/a.ts`, text: `import { x } from '${named}'\n` },
    }),
  ),
  {
    name: 'the global fetch only in adapters/http',
    why: 'time-outs, byte caps, redirects and the refusal of private addresses live in the one guarded client',
    complaints: (file) =>
      isSource(file.path) && !isIn(file.path, 'src/adapters/http')
        ? matches(file, /(?<![.\w$])(?<!function |async )(?:globalThis\.)?fetch\s*\(/g, (text) => text)
        : [],
    bad: { path: 'src/adapters/registry/a.ts', text: 'const reply = await fetch(url)\n' },
    good: {
      path: 'src/adapters/registry/a.ts',
      text: "const reply = await http.fetch(url) // not fetch(url)\nconst text = 'fetch(url)'\nasync function prefetch() {}\n",
    },
  },
  {
    name: 'process.env only in app/config.ts',
    why: 'configuration is read once, checked, and handed down as arguments',
    complaints: (file) =>
      isSource(file.path) && file.path !== 'src/app/config.ts'
        ? matches(file, /\bprocess\s*(?:\?\.|\.)\s*env\b|\benv\b[^;\n]*\}\s*from\s*(?=\s*$)/gm, (text) => text)
        : [],
    bad: { path: 'src/app/main.ts', text: 'const home = process.env.HOME\n' },
    good: { path: 'src/app/config.ts', text: 'const home = process.env.HOME\n' },
  },
  {
    name: 'no clock and no randomness below the adapters',
    why: 'time and randomness are arguments there, so that a decision can be repeated, tested and explained',
    complaints: (file) =>
      isPure(file.path)
        ? matches(
            file,
            /\bnew Date\(\s*\)|\bDate\.now\b|(?<!new )\bDate\(\s*\)|\bMath\.random\b|\brandomUUID\b|\brandomBytes\b|\brandomInt\b|\bgetRandomValues\b|\bperformance\.now\b|\bhrtime\b|(?<![.\w])set(?:Timeout|Interval)\s*\(/g,
            (text) => text,
          )
        : [],
    bad: { path: 'src/pipeline/a.ts', text: 'const now = new Date()\n' },
    good: { path: 'src/pipeline/a.ts', text: 'const due = new Date(now.getTime() + waitMs) // never new Date()\n' },
  },
  {
    name: 'no network, file system, process or database below the adapters',
    why: 'the outside world stands behind the ports',
    complaints: (file) =>
      isPure(file.path)
        ? imports(file, (specifier) =>
            // A thread that takes bytes and gives bytes sees no more of the outside world than we do.
            !(isIn(file.path, 'src/lib/decompress') && specifier === 'node:worker_threads') &&
            /^(node:)?(fs|net|tls|dns|http|https|http2|dgram|child_process|cluster|worker_threads|os|process|timers|readline)(\/|$)|^(pg|kysely|pino|commander|@hono\/node-server)(\/|$)/.test(
              specifier,
            )
              ? specifier
              : null,
          )
        : [],
    bad: { path: 'src/formats/a.ts', text: "import { readFile } from 'node:fs/promises'\n" },
    good: { path: 'src/formats/a.ts', text: "import { createHash } from 'node:crypto'\n" },
  },
  {
    name: 'relative imports name the .ts file',
    why: 'a name that is a file can be followed by people and tools alike',
    complaints: (file) =>
      imports(file, (specifier, imported) =>
        imported === null || isIn(imported, 'dist') || isIn(imported, 'dist-test') || /\.(tsx?|json|mjs)$/.test(specifier) ? null : specifier,
      ),
    bad: { path: 'src/lib/a.ts', text: "export { b } from './b.js'\n" },
    good: { path: 'src/lib/a.ts', text: "export { b } from './b.ts'\n" },
  },
  {
    name: 'no default exports',
    why: 'a thing has one name everywhere',
    complaints: (file) => (isSource(file.path) ? matches(file, /^export default\b|\bas default\b/gm, (text) => text) : []),
    bad: { path: 'src/lib/a.ts', text: 'export default 1\n' },
    good: { path: 'src/lib/a.ts', text: "const text = 'export default'\n" },
  },
  {
    name: 'a file is named in kebab-case after what it holds',
    why: 'utils, helpers, types and common attract whatever has no home; a noun would give it one',
    complaints: (file) => {
      const name = path.posix.basename(file.path).replace(/(\.test|\.d)?\.(tsx?|mjs)$/, '')
      const isBag = /(^|-)(utils?|helpers?|types?|common|misc|shared|constants|manager|impl)$/.test(name)
      return isBag || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) ? [`1: "${name}" is no name for a file`] : []
    },
    bad: { path: 'src/lib/string-utils.ts', text: '' },
    good: { path: 'src/domain/image/tag-track.ts', text: '' },
  },
  {
    name: 'exported names are nouns and verbs of the domain',
    why: 'Manager, Service, Helper, Util, Data and Info say nothing that the reader did not know',
    complaints: (file) =>
      isSource(file.path)
        ? matches(
            file,
            /^export (?:async )?(?:function|const|class|type|interface) \w*(?:Manager|Service|Helper|Utils?|Impl|(?<!Git)Data|Info)\b/gm,
            (text) => text,
          )
        : [],
    bad: { path: 'src/app/a.ts', text: 'export class TokenManager {}\n' },
    good: { path: 'src/app/a.ts', text: 'export type ManagerOfTokens = string\n' },
  },
  {
    name: 'a file opens with a sentence that says what it is',
    why: 'the reader should know after one line whether this is the file',
    complaints: (file) =>
      /^(#![^\n]*\n)?\/\*\*(?!\/)(?:(?!\*\/)[\s\S])*\w(?:(?!\*\/)[\s\S])*\*\//.test(file.text) ? [] : ['1: the file does not open with /** … */'],
    bad: { path: 'src/lib/a.ts', text: "import { b } from './b.ts'\n/** Late. */\n" },
    good: { path: 'src/app/cli/main.ts', text: '#!/usr/bin/env node\n/** The command line. */\n' },
  },
  {
    name: 'everything exported has a docstring',
    why: 'the contract stands where the name is: what it takes and gives, units, faults',
    complaints: (file) => (isSource(file.path) ? undocumented(file) : []),
    bad: { path: 'src/lib/a.ts', text: '/** A file. */\n\nexport async function go(): Promise<void> {}\n' },
    good: {
      path: 'src/lib/job-queue.ts',
      text: '/** A. */\n\nexport type JobQueue = 1\n\n/** B. */\nexport function b(x: 1): 1\nexport function b(x: 2): 2\n',
    },
  },
  {
    name: 'at most 300 lines of source, 500 of test',
    why: 'above that a noun is hiding in the file',
    complaints: (file) => {
      const lines = file.text.split('\n').length - 1
      const most = isSource(file.path) ? 300 : 500
      return lines > most ? [`${lines}: longer than ${most} lines`] : []
    },
    bad: { path: 'src/lib/a.ts', text: '\n'.repeat(301) },
    good: { path: 'test/unit/a.test.ts', text: '\n'.repeat(500) },
  },
  {
    name: 'no any, no enum',
    why: 'any switches the compiler off; an enum is not erasable, and a union says the same',
    complaints: (file) => matches(file, /(?:[:<,|&(=]|\bas|\bextends|=>)\s*any\b(?!\s*[:(.?])|\benum\s+\w+\s*\{/g, (text) => text),
    bad: { path: 'src/lib/a.ts', text: 'const x = y as any\n' },
    good: { path: 'src/lib/a.ts', text: '// as any\nconst anyone: company = { any: 1 }\nPromise.any(all)\n' },
  },
  {
    name: 'no "!" assertion and no silenced compiler outside tests',
    why: 'a value that may be absent is handled, or parsed into one that cannot be',
    complaints: (file) =>
      isSource(file.path)
        ? [
            ...matches(file, /[\w)\]]!(?![=\w])/g, (text) => text),
            ...[...file.text.matchAll(/@ts-(ignore|nocheck|expect-error)/g)].map((found) => `${lineOf(file.text, found.index)}: ${found[0]}`),
          ]
        : [],
    bad: { path: 'src/lib/a.ts', text: 'const x = list[0]!.name\n' },
    good: { path: 'src/lib/a.ts', text: "const x = !list[0] && a !== b && 'no!'\n" },
  },
]

/** Every source and test file, cases aside: those are data. */
function allFiles(): SourceFile[] {
  return ['src', 'test']
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name.split(path.sep).join('/')}`),
    )
    .filter((name) => /\.(tsx?|mjs)$/.test(name) && !/(^|\/)(cases|fixtures|node_modules)\//.test(name))
    .sort()
    .map((name) => ({ path: name, text: readFileSync(path.join(root, name), 'utf8') }))
}

describe.each(rules)('$name', (rule) => {
  it('complains about a file that breaks it, and not about one that only looks so', () => {
    expect(rule.complaints(rule.bad)).not.toEqual([])
    expect(rule.complaints(rule.good)).toEqual([])
  })

  it('holds in every file', () => {
    const complaints = allFiles().flatMap((file) => rule.complaints(file).map((complaint) => `${file.path}:${complaint}`))

    expect(complaints, `${rule.name}, because ${rule.why}`).toEqual([])
  })
})

it('every folder of src is on a floor', () => {
  const folders = readdirSync(path.join(root, 'src'), { withFileTypes: true }).map((entry) => entry.name)

  expect(folders.filter((folder) => mayImport[folder] === undefined)).toEqual([])
})

it('comments and strings are not code, regular expressions and templates are read to their end', () => {
  const text = "const a = /[/*]\\/'/.test(`x ${f('/* no */')} 'y`) // fetch(\nconst b = 4 / 2 /* fetch( */ / 1\nfetch()\n"

  expect(withoutComments(text)).toContain("'/* no */'")
  expect([...blankStrings(text).matchAll(/fetch/g)].map((found) => lineOf(text, found.index))).toEqual([3])
  expect(blankStrings(text).length).toBe(text.length)
})

/** A seeded history of six repos: tags move and return, people merge, close, push and commit, and GitHub and the registry fail now and then. */
import type { Organisation } from './app-bed.ts'
import type { Loop } from './loop.ts'

export type Random = { (): number; below(most: number): number; pick<T>(from: readonly T[]): T }

/** Mulberry32: equal seeds, equal numbers. */
export function random(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (most: number) => Math.floor(next() * most)
  return Object.assign(next, { below, pick: <T>(from: readonly T[]): T => from[below(from.length)] as T })
}

const tags = ['1', '2'] as const
type Tag = (typeof tags)[number]
const fileOf = (tag: Tag) => `image${tag}/Dockerfile`
const digestIn = (text: string | undefined): string => /sha256:[0-9a-f]{64}/.exec(text ?? '')?.[0] ?? 'none'

export type History = {
  /** One thing happens; gives what, for the record. */
  step(): string
  /** Throws where two pull requests do the same, or one writes what the tag never showed. */
  check(): void
  /** What is not as it should be when everything has come to rest. */
  problems(): readonly string[]
}

/** Six repos of an organisation, each with two images of its own kind. */
export function startHistory({ github, registry }: Pick<Loop, 'github' | 'registry'>, org: Organisation, chance: Random): History {
  const shown = new Map<Tag, string[]>(tags.map((tag) => [tag, [org.move('start', tag)]]))
  const policy = 'limits: { openPullRequests: 5, pullRequestsPerHour: 10 }\n'
  const dockerfile = (tag: Tag) => `FROM ${org.image}:${tag}@${shown.get(tag)?.[0]}\n`
  const repos = Array.from({ length: 6 }, (_, index) =>
    org.repo(`repo${index}`, { ...Object.fromEntries(tags.map((tag) => [fileOf(tag), dockerfile(tag)])), '.github/underpin.yml': policy }),
  )
  /** What people said no to: digests by repo and tag; `hands` where somebody committed on our branch. */
  const refused = new Set<string>()
  let count = 0

  const open = (repo: string) => org.pulls(repo).filter(({ state }) => state === 'open')
  const newest = (tag: Tag) => registry.digestOf(`${org.name}/base`, tag) ?? 'none'
  const changed = (repo: string, branch: string): Tag[] => {
    // As a pull request shows it: against the newest commit that the branch shares with its base, not against what the base has become.
    const { git } = github.repo(repo)
    const [head = '', main = ''] = [github.branches(repo)[branch], github.branches(repo)['main']]
    const onBase = git.ancestors(main)
    const shared = [...git.ancestors(head)].find((oid) => onBase.has(oid)) ?? main
    const [base, files] = [github.files(repo, shared), github.files(repo, branch)]
    return tags.filter((tag) => digestIn(files[fileOf(tag)]) !== digestIn(base[fileOf(tag)]))
  }
  const request = () => chance.pick(repos.flatMap((repo) => open(repo).map((pull) => ({ repo, pull }))))

  const deeds: readonly (() => string)[] = [
    () => {
      const tag = chance.pick(tags)
      shown.get(tag)?.push(org.move(`move ${count}`, tag))
      return `tag ${tag} moves`
    },
    () => {
      const tag = chance.pick(tags)
      const digest = chance.pick(shown.get(tag) ?? [])
      registry.tag(`${org.name}/base`, tag, digest)
      return `tag ${tag} returns to ${digest.slice(7, 15)}`
    },
    () => {
      const one = request()
      if (one === undefined) return 'nothing to merge'
      try {
        github.merge(one.repo, one.pull.number, 'maintainer')
      } catch {
        return 'a merge conflicts'
      }
      return `${one.repo}#${one.pull.number} is merged`
    },
    () => {
      const one = request()
      if (one === undefined) return 'nothing to close'
      const files = github.files(one.repo, one.pull.headBranch)
      for (const tag of changed(one.repo, one.pull.headBranch)) refused.add(`${one.repo} ${tag} ${digestIn(files[fileOf(tag)])}`)
      github.closePullRequest(one.repo, one.pull.number, 'maintainer')
      return `${one.repo}#${one.pull.number} is closed`
    },
    () => {
      const [repo, tag] = [chance.pick(repos), chance.pick(tags)]
      const text = github.files(repo)[fileOf(tag)] ?? ''
      github.push(repo, { files: { [fileOf(tag)]: `${text}RUN echo ${count}\n` } })
      return `${repo} ${fileOf(tag)} is edited`
    },
    () => {
      const one = chance() < 0.3 ? request() : undefined
      if (one === undefined) return 'nobody commits'
      for (const tag of changed(one.repo, one.pull.headBranch)) refused.add(`${one.repo} ${tag} hands`)
      github.commitAs(one.repo, one.pull.headBranch, 'maintainer', { 'NOTES.md': String(count) })
      return `somebody commits on ${one.repo}#${one.pull.number}`
    },
    () => {
      github.revokeTokens(org.installationId)
      return 'all tokens die'
    },
  ]

  return {
    step: () => {
      count += 1
      return (chance() < 0.4 ? (deeds[0] as () => string) : chance.pick(deeds))()
    },
    check: () => {
      for (const repo of repos) {
        const seen = new Map<Tag, number>()
        for (const pull of open(repo)) {
          const files = github.files(repo, pull.headBranch)
          for (const tag of changed(repo, pull.headBranch)) {
            if (seen.has(tag)) throw new Error(`${repo}#${seen.get(tag)} and #${pull.number} both change ${fileOf(tag)}`)
            seen.set(tag, pull.number)
            if (!(shown.get(tag) ?? []).includes(digestIn(files[fileOf(tag)])))
              throw new Error(`${repo}#${pull.number} writes a digest that the tag never showed`)
          }
        }
      }
    },
    problems: () =>
      repos.flatMap((repo) =>
        tags.flatMap((tag) => {
          const wanted = newest(tag)
          if (refused.has(`${repo} ${tag} hands`) || refused.has(`${repo} ${tag} ${wanted}`)) return []
          const offers = open(repo).filter(({ headBranch }) => changed(repo, headBranch).includes(tag))
          const offered = offers.map(({ headBranch }) => digestIn(github.files(repo, headBranch)[fileOf(tag)]))
          const has = digestIn(github.files(repo)[fileOf(tag)])
          if (has === wanted && offers.length === 0) return []
          if (has !== wanted && offered.join() === wanted) return []
          // What the tag went back to is not offered to those who have something newer.
          const order = shown.get(tag) ?? []
          if (offers.length === 0 && order.includes(has) && order.indexOf(wanted) < order.indexOf(has)) return []
          return [
            `${repo} ${fileOf(tag)} has ${has.slice(7, 15)}, is offered [${offered.map((one) => one.slice(7, 15)).join(' ')}], the tag shows ${wanted.slice(7, 15)}`,
          ]
        }),
      ),
  }
}

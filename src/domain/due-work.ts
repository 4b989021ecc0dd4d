/** Due work: what has to be looked at and when, and who is looking now. The queue only wakes; this is the truth. */

/** One word per pipeline stage that runs in the background. */
export type WorkKind =
  | 'inbox'
  | 'installation'
  | 'discover'
  | 'resolve'
  | 'tags'
  | 'search'
  | 'decide'
  | 'deliver'
  | 'rebuild'
  | 'inspect'
  | 'installable'
  | 'feed'

export type Work = {
  readonly kind: WorkKind
  /** Names the row the work is about: a delivery GUID, a repo id, a tag key, an image's list of tags, a digest of an image, an update key, a rebuild id, a platform manifest, a feed's name. */
  readonly key: string
  /** What is claimed together: the installation id for `discover`, `decide` and `deliver`, else the same as `key`. */
  readonly group: string
  readonly dueAt: Date
}

/** A lease on a piece of work. Whoever holds the newest fence may store results; an older one is a zombie's. */
export type Claim = { readonly kind: WorkKind; readonly key: string; readonly fence: number; readonly attempts: number }

/** Work about one thing that is claimed alone. */
export function work(kind: WorkKind, key: string | number, dueAt: Date): Work {
  return { kind, key: String(key), group: String(key), dueAt }
}

/** The delivery of an update, claimed together with the others of its installation. */
export function deliverWork(updateKey: string, installationId: number, dueAt: Date): Work {
  return { kind: 'deliver', key: updateKey, group: String(installationId), dueAt }
}

/** The look into a repo, claimed together with the others of its installation. */
export function discoverWork(repoId: number, installationId: number, dueAt: Date): Work {
  return { kind: 'discover', key: String(repoId), group: String(installationId), dueAt }
}

/** The decisions of a repo, made together with those of the installation's other repos, so that their deliveries come as one batch. */
export function decideWork(repoId: number, installationId: number, dueAt: Date): Work {
  return { kind: 'decide', key: String(repoId), group: String(installationId), dueAt }
}

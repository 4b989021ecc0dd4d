/** GitHub's rules for app manifests (https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest). */
import { parse } from 'yaml'

const levels = ['read', 'write']
/** Permission → the levels GitHub has; null: read and write. */
const permissions: Readonly<Record<string, readonly string[] | null>> = {
  ...Object.fromEntries(
    (
      'actions administration artifact_metadata attestations checks code_quality codespaces contents dependabot_secrets deployments discussions environments issues merge_queues ' +
      'packages pages pull_requests repository_hooks repository_projects secret_scanning_alerts secrets security_events single_file statuses vulnerability_alerts members ' +
      'organization_administration organization_custom_roles organization_hooks organization_packages organization_projects organization_secrets organization_self_hosted_runners ' +
      'organization_user_blocking email_addresses followers git_ssh_keys gpg_keys interaction_limits'
    )
      .split(' ')
      .map((name) => [name, null]),
  ),
  metadata: ['read'],
  workflows: ['write'],
  profile: ['write'],
  starring: levels,
  organization_events: ['read'],
  organization_plan: ['read'],
  repository_custom_properties: levels,
  organization_custom_properties: ['read', 'write', 'admin'],
  organization_announcement_banners: levels,
}

/** Event → permissions of which one must be asked for. */
const events: Readonly<Record<string, readonly string[]>> = {
  branch_protection_rule: ['administration'],
  check_run: ['checks'],
  check_suite: ['checks'],
  code_scanning_alert: ['security_events'],
  commit_comment: ['contents'],
  create: ['contents'],
  delete: ['contents'],
  dependabot_alert: ['vulnerability_alerts'],
  deploy_key: ['administration'],
  deployment: ['deployments'],
  deployment_status: ['deployments'],
  discussion: ['discussions'],
  discussion_comment: ['discussions'],
  fork: ['contents'],
  gollum: ['contents'],
  issue_comment: ['issues', 'pull_requests'],
  issues: ['issues'],
  label: ['metadata'],
  member: ['members'],
  membership: ['members'],
  merge_group: ['merge_queues'],
  meta: [],
  milestone: ['issues', 'pull_requests'],
  org_block: ['organization_user_blocking'],
  organization: ['members'],
  package: ['packages'],
  page_build: ['pages'],
  public: ['metadata'],
  pull_request: ['pull_requests'],
  pull_request_review: ['pull_requests'],
  pull_request_review_comment: ['pull_requests'],
  pull_request_review_thread: ['pull_requests'],
  push: ['contents'],
  registry_package: ['packages'],
  release: ['contents'],
  repository: ['metadata'],
  repository_dispatch: ['contents'],
  repository_ruleset: ['administration'],
  secret_scanning_alert: ['secret_scanning_alerts'],
  security_advisory: [],
  star: ['metadata'],
  status: ['statuses'],
  team: ['members'],
  team_add: ['members'],
  watch: ['metadata'],
  workflow_dispatch: ['contents'],
  workflow_job: ['actions'],
  workflow_run: ['actions'],
}
const unasked = ['installation', 'installation_repositories', 'installation_target', 'github_app_authorization']
const keys = [
  'name',
  'url',
  'hook_attributes',
  'redirect_url',
  'callback_urls',
  'setup_url',
  'description',
  'public',
  'default_events',
  'default_permissions',
  'request_oauth_on_install',
  'setup_on_update',
]

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const isUrl = (value: unknown) => typeof value === 'string' && URL.canParse(value) && /^https?:/.test(value)

/** What GitHub would refuse in an `app.yml` (or the JSON of a manifest); empty when it would take it. */
export function validateManifest(appYml: string): string[] {
  let file: unknown
  try {
    file = parse(appYml)
  } catch (error) {
    return [`not YAML: ${(error as Error).message}`]
  }
  if (!isObject(file)) return ['the manifest is not an object']
  const granted = isObject(file.default_permissions) ? file.default_permissions : {}
  return [
    ...Object.keys(file)
      .filter((key) => !keys.includes(key))
      .map((key) => `${key}: not a key of a manifest`),
    ...wordProblems(file),
    ...Object.entries(granted).flatMap(([name, level]) => permissionProblems(name, level)),
    ...(file.default_permissions !== undefined && !isObject(file.default_permissions) ? ['default_permissions: must be an object'] : []),
    ...eventProblems(file.default_events ?? [], granted),
  ]
}

function wordProblems(file: Record<string, unknown>): string[] {
  const problems: string[] = []
  if (file.name !== undefined && (typeof file.name !== 'string' || file.name.length === 0 || file.name.length > 34))
    problems.push('name: must be a text of at most 34 characters')
  if (!isUrl(file.url)) problems.push('url: a homepage URL is required')
  for (const key of ['public', 'request_oauth_on_install', 'setup_on_update']) {
    if (file[key] !== undefined && typeof file[key] !== 'boolean') problems.push(`${key}: must be true or false`)
  }
  for (const key of ['redirect_url', 'setup_url']) if (file[key] !== undefined && !isUrl(file[key])) problems.push(`${key}: must be a URL`)
  if (file.callback_urls !== undefined && (!Array.isArray(file.callback_urls) || file.callback_urls.length > 10 || !file.callback_urls.every(isUrl))) {
    problems.push('callback_urls: must be at most 10 URLs')
  }
  const hook = file.hook_attributes
  if (hook === undefined) return problems
  if (!isObject(hook) || !isUrl(hook.url)) problems.push('hook_attributes: url is required')
  if (isObject(hook) && hook.active !== undefined && typeof hook.active !== 'boolean') problems.push('hook_attributes: active must be true or false')
  if (isObject(hook))
    problems.push(
      ...Object.keys(hook)
        .filter((key) => key !== 'url' && key !== 'active')
        .map((key) => `hook_attributes: ${key} is not known`),
    )
  return problems
}

function permissionProblems(name: string, level: unknown): string[] {
  if (!Object.hasOwn(permissions, name)) return [`default_permissions: ${name} is not a permission`]
  const known = permissions[name] ?? levels
  return known.includes(String(level)) ? [] : [`default_permissions: ${name} cannot be ${String(level)}, only ${known.join(' or ')}`]
}

function eventProblems(listed: unknown, granted: Record<string, unknown>): string[] {
  if (!Array.isArray(listed)) return ['default_events: must be a list']
  const twice = listed.filter((event, index) => listed.indexOf(event) !== index).map((event) => `default_events: ${String(event)} is listed twice`)
  return [
    ...twice,
    ...listed.flatMap((event: unknown) => {
      const name = String(event)
      if (unasked.includes(name)) return [`default_events: ${name} arrives unasked and must not be listed`]
      if (!Object.hasOwn(events, name)) return [`default_events: ${name} is not an event that an app can ask for`]
      const needed = events[name] ?? []
      if (needed.length === 0 || needed.includes('metadata') || needed.some((permission) => granted[permission] !== undefined)) return []
      return [`default_events: ${name} needs ${needed.join(' or ')}`]
    }),
  ]
}

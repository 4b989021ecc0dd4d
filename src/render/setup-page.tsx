/** The pages that lead an operator from a fresh start to a GitHub App. Plain HTML, no script; whatever is shown is escaped. */
import type { FC, PropsWithChildren } from 'hono/jsx'

/** What the first step asks, and what the operator answered before. */
export type SetupStart = {
  /** Names of settings that a configured app would have. */
  readonly missing: readonly string[]
  readonly publicUrl: string
  readonly organization: string
  /** What was wrong with the last answer. */
  readonly problem: string | null
}

/** What the second step shows before it goes to GitHub. */
export type SetupReview = {
  /** Where the manifest is posted to, with its `state`. */
  readonly action: string
  /** JSON, as GitHub takes it. */
  readonly manifest: string
  readonly webhookUrl: string
  readonly owner: string
  readonly permissions: readonly (readonly [name: string, access: string, why: string])[]
  readonly events: readonly string[]
}

/** The stylesheet, served from our own origin: the pages' content security policy allows no other. */
export const setupStyle = `
:root { color-scheme: light dark; --ink: #1c2128; --soft: #59636e; --line: #d1d9e0; --ground: #f6f8fa; --card: #fff; --act: #1a7f37; --bad: #a40e26; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; --ground: #0d1117; --card: #151b23; --act: #2ea043; --bad: #ff8182; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }
header { display: flex; justify-content: space-between; align-items: baseline; color: var(--soft); font-size: .9rem; }
header strong { color: var(--ink); font-size: 1.05rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.5rem 1.75rem; margin: 1rem 0; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p { margin: .5rem 0; }
label { display: block; font-weight: 600; margin-top: 1.1rem; }
small, .soft { color: var(--soft); font-weight: 400; }
input[type=text], input[type=url] { width: 100%; margin-top: .35rem; padding: .55rem .7rem; font: inherit; font-weight: 400; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: 6px; }
button, .button { display: inline-block; margin-top: 1.4rem; padding: .6rem 1.2rem; font: inherit; font-weight: 600; color: #fff; background: var(--act); border: 0; border-radius: 6px; cursor: pointer; text-decoration: none; }
button:focus-visible, input:focus-visible, a:focus-visible { outline: 2px solid #0969da; outline-offset: 2px; }
code { font: .9em ui-monospace, "DejaVu Sans Mono", monospace; background: var(--ground); border: 1px solid var(--line); border-radius: 4px; padding: .05rem .3rem; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; font-size: .92rem; }
td { border-top: 1px solid var(--line); padding: .4rem .75rem .4rem 0; vertical-align: top; }
td:first-child { white-space: nowrap; }
ol { padding-left: 1.3rem; }
li { margin: .4rem 0; }
.bad { color: var(--bad); font-weight: 600; }
`

const Page: FC<PropsWithChildren<{ title: string; step: string }>> = ({ title, step, children }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>{title} · Underpin</title>
      <link rel="stylesheet" href="/setup/style.css" />
    </head>
    <body>
      <main>
        <header>
          <strong>Underpin</strong>
          <span>{step}</span>
        </header>
        <section>{children}</section>
      </main>
    </body>
  </html>
)

/** Step 1: where GitHub reaches us, and who will own the app. */
export function startPage({ missing, publicUrl, organization, problem }: SetupStart): string {
  return html(
    <Page title="Set up" step="Step 1 of 3">
      <h1>Connect Underpin to GitHub</h1>
      <p>Underpin works as a GitHub App that belongs to you. The next two steps create it; GitHub then hands its keys to this process and to nobody else.</p>
      {problem === null ? null : (
        <p class="bad" role="alert">
          {problem}
        </p>
      )}
      <form method="get" action="/setup">
        <label>
          Address of this process
          <br />
          <small>GitHub sends webhooks there, so it has to be reachable from GitHub by https.</small>
          <input type="url" name="publicUrl" required value={publicUrl} placeholder="https://underpin.example.com" />
        </label>
        <label>
          Organisation <small>(leave empty for your own account)</small>
          <input type="text" name="organization" value={organization} pattern="[A-Za-z0-9-]{1,39}" placeholder="acme" autocomplete="off" />
        </label>
        <button type="submit">Continue</button>
      </form>
      <h2>You have an app already?</h2>
      <p class="soft">
        Set{' '}
        {missing.map((name, at) => (
          <>
            {at === 0 ? '' : at === missing.length - 1 ? ' and ' : ', '}
            <code>{name}</code>
          </>
        ))}{' '}
        and start again.
      </p>
    </Page>,
  )
}

/** Step 2: what the app may do, and the way to GitHub. */
export function reviewPage({ action, manifest, webhookUrl, owner, permissions, events }: SetupReview): string {
  return html(
    <Page title="Review" step="Step 2 of 3">
      <h1>What the app may do</h1>
      <p>
        It will belong to <strong>{owner}</strong> and receive webhooks at <code>{webhookUrl}</code>. GitHub asks for a name next; any that is free will do.
      </p>
      <form method="post" action={action}>
        <input type="hidden" name="manifest" value={manifest} />
        <button type="submit">Create the app on GitHub</button>
      </form>
      <h2>Permissions</h2>
      <table>
        <tbody>
          {permissions.map(([name, access, why]) => (
            <tr>
              <td>
                {name.replaceAll('_', ' ')} <span class="soft">{access}</span>
              </td>
              <td>{why}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h2>Events</h2>
      <p class="soft">{events.map((event) => event.replaceAll('_', ' ')).join(', ')}</p>
    </Page>,
  )
}

/** Step 3: the app exists. */
export function donePage({ name, installUrl, file }: { readonly name: string; readonly installUrl: string; readonly file: string }): string {
  return html(
    <Page title="Done" step="Step 3 of 3">
      <h1>{name} is yours</h1>
      <p>
        Its keys are stored in <code>{file}</code>, readable by this user only. Keep a copy where you keep secrets: GitHub does not show the key again.
      </p>
      <h2>What comes next</h2>
      <ol>
        <li>Nothing to restart: this process runs the app from now on, and this page is gone.</li>
        <li>
          Check it with <code>npm run -s underpin -- doctor</code>.
        </li>
        <li>Install the app on the repositories that it shall look after.</li>
      </ol>
      <a class="button" href={installUrl} rel="noreferrer">
        Install the app
      </a>
    </Page>,
  )
}

/** Anything that ends the way here: no token, a stale link, a refusal by GitHub. */
export function stopPage({ title, text }: { readonly title: string; readonly text: string }): string {
  return html(
    <Page title={title} step="Set-up">
      <h1>{title}</h1>
      <p>{text}</p>
    </Page>,
  )
}

function html(page: unknown): string {
  return `<!doctype html>${String(page)}`
}

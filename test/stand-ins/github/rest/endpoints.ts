/** All the REST operations that the stand-in plays. */
import { actionEndpoints } from './actions.ts'
import { appEndpoints } from './app.ts'
import type { Endpoints } from './call.ts'
import { gitEndpoints } from './git.ts'
import { threadEndpoints } from './threads.ts'

/** By operation id. */
export const endpoints: Endpoints = { ...appEndpoints, ...gitEndpoints, ...threadEndpoints, ...actionEndpoints }

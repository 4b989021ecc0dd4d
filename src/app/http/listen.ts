/** Listening where the operator wants it, with words for what stands in the way. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import { Fault } from '../../domain/fault.ts'

/** Resolves when `server` listens. Raises `conflict` when the port is taken, `invalid` when the address or port is not ours to have. */
export async function listen(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  server.listen(port, host)
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') throw new Fault('conflict', `port ${port} of ${host} is in use; stop what listens there or set PORT`)
    if (error.code === 'EACCES') throw new Fault('invalid', `we may not listen on port ${port} of ${host}; set PORT to one above 1023`)
    if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') throw new Fault('invalid', `${host} is no address of this machine; set HOST`)
    throw error
  })
}

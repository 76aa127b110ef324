/** The TCP connection below SSH, opened by ourselves: its errors are told apart and its bytes can be counted. */
import { isIP, Socket } from 'node:net'
import { onAbort } from './abort.ts'
import { writeTogether } from './write-together.ts'

/** A connection took longer than it may. */
export class DialTimeout extends Error {}

export interface DialOptions {
  timeoutMs: number
  /** Null: either. */
  addressFamily: 4 | 6 | null
  /** The address that it comes from; null: the system's choice. */
  bindAddress: string | null
}

/** Opens a TCP connection; rejects with node:net's error, DialTimeout, or any error once `signal` has aborted. */
export function dial(
  address: string,
  port: number,
  { timeoutMs, addressFamily, bindAddress }: DialOptions,
  signal: AbortSignal,
): Promise<Socket> {
  // node:net looks at the family only where it has a name to look up.
  if (addressFamily !== null && isIP(address) !== 0 && isIP(address) !== addressFamily) {
    const error = new Error(
      `AddressFamily is inet${addressFamily === 6 ? '6' : ''}, and ${address} is of the other one`,
    )
    return Promise.reject(Object.assign(error, { code: 'EAI_ADDRFAMILY' }))
  }
  const socket = new Socket()
  return new Promise<Socket>((resolve, reject) => {
    const fail = (error: Error): void => {
      finish()
      socket.destroy()
      reject(error)
    }
    const stopListening = onAbort(signal, () => fail(new Error('aborted')))
    const timer = setTimeout(() => fail(new DialTimeout(`no answer within ${timeoutMs / 1000} s`)), timeoutMs)
    const finish = (): void => {
      clearTimeout(timer)
      stopListening()
      socket.removeListener('error', fail)
      socket.removeListener('connect', onConnect)
      // From here on the owner listens; until it does, an error must not become an uncaught one.
      socket.on('error', () => {})
    }
    const onConnect = (): void => {
      finish()
      resolve(writeTogether(socket))
    }
    socket.once('error', fail)
    socket.once('connect', onConnect)
    // The attempt timeout is for hosts with several addresses; its default of 250 ms is too short for far hosts.
    socket.connect({
      host: address,
      port,
      noDelay: true,
      autoSelectFamilyAttemptTimeout: Math.ceil(timeoutMs / 3),
      ...(addressFamily === null ? {} : { family: addressFamily }),
      ...(bindAddress === null ? {} : { localAddress: bindAddress }),
    })
  })
}

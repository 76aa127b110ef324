/** Whether socket(AF_INET, SOCK_STREAM, 262) opens, tried by perl or python3, else derived from kernel and sysctl. */
export interface MptcpSocket {
  opens: boolean
  errno: number | null
  /** EINVAL: kernel before 5.6. EPROTONOSUPPORT: not built. ENOPROTOOPT: switched off. */
  errnoName: string | null
  method: 'perl' | 'python3' | 'derived'
}

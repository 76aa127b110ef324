/** From /etc/os-release. */
export interface Os {
  id: string
  versionId: string
  prettyName: string
  idLike: string[]
}

/** net.ipv4.conf.*.rp_filter and arp_ignore by interface, `all` and `default` among them. */
export interface NetFilters {
  rpFilter: Record<string, number>
  arpIgnore: Record<string, number>
}

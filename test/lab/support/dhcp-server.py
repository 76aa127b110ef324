"""Gives one address to whoever asks: dhcp-server.py CARD SERVER ADDRESS (RFC 2131, as much as one client needs)."""
import socket
import sys

card, server, address = sys.argv[1:]
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, card.encode())
sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
sock.bind(("", 67))
ip = socket.inet_aton
while True:
    query, _ = sock.recvfrom(2048)
    at, kind = 240, 0
    while at < len(query) and query[at] != 255:
        if query[at] == 53:
            kind = query[at + 2]
        at += 1 if query[at] == 0 else 2 + query[at + 1]
    answer = {1: 2, 3: 5}.get(kind)
    if answer is None:
        continue
    head = bytes([2, 1, 6, 0]) + query[4:8] + bytes(8) + ip(address) + ip(server) + query[24:28] + query[28:44]
    options = bytes([53, 1, answer, 54, 4]) + ip(server) + bytes([51, 4, 0, 0, 14, 16, 1, 4, 255, 255, 255, 0, 255])
    sock.sendto(head + bytes(192) + query[236:240] + options, ("255.255.255.255", 68))

"""Makes a device compute checksums and cut packets itself, so that its frames can be passed on by a program.

usage: whole-packets.py DEVICE
"""
import array, fcntl, socket, struct, sys

SIOCETHTOOL = 0x8946
SET_TX_CHECKSUM = 0x17

value = array.array("B", struct.pack("II", SET_TX_CHECKSUM, 0))
request = struct.pack("16sP", sys.argv[1].encode(), value.buffer_info()[0])
fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), SIOCETHTOOL, request)

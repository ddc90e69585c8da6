#!/bin/sh
# Clients that crash, hang, flood and fork: bad_clients_test.sh PORTCULLIS bad_clients.py
exec timeout -k 5 400 /usr/bin/python3 -I "$2" "$1"

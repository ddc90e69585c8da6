#!/bin/sh
# Shims that do not keep to the protocol: bad_shims_test.sh PORTCULLIS SHIM bad_shims.py
exec timeout -k 5 250 /usr/bin/python3 -I "$3" "$1" "$PWD/$2"

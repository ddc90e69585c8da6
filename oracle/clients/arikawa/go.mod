module client

go 1.19

require github.com/diamondburned/arikawa/v3 v3.3.5

require (
	github.com/gorilla/schema v1.2.0 // indirect
	github.com/gorilla/websocket v1.4.2 // indirect
	golang.org/x/time v0.0.0-20210723032227-1f47c861a9ac // indirect
)

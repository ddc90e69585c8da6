#include "portcullis/core/result.h"
#include "portcullis/core/chance.h"
#include "portcullis/spec/table.h"
int main() { return static_cast<int>(id(portcullis::req::GW_HB_14).size()) - 8; }

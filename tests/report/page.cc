// Prints the page of two sample reports.
#include <iostream>

#include "portcullis/oracle/report/html.h"
#include "portcullis/oracle/report/json.h"
#include "portcullis/tests/report/sample.h"

int main() {
  using namespace portcullis;
  std::cout << report::to_html(
      {report::to_json(tests::sample_report("good client")), report::to_json(tests::sample_report("other <client>"))});
}

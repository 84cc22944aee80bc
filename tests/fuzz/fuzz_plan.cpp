#include "core/layout/planfile.h"
#include "fuzztarget.h"

using namespace edgelift;
using namespace edgelift::fuzz;

FUZZ_TARGET(plan)
{
    QList<Error> problems;
    const Result<Plan> plan = readPlan(input.toByteArray(), &problems);
    expect(plan ? problems.isEmpty() : !problems.isEmpty(), "a plan is accepted exactly when no problem is listed");
    if (!plan)
        return;
    const Result<Plan> again = readPlan(writePlan(*plan));
    expect(again && *again == *plan, "a plan survives being written and read");
}

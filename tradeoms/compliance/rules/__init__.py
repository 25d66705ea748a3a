"""The table of rules. A rule is one function in a file of its own and one row here."""

from decimal import Decimal

from tradeoms.compliance.rule import Parameter, Rule, Stage
from tradeoms.compliance.rules import (
    basket_notional,
    cash_cover,
    cross_eligible,
    cross_erisa,
    cross_price,
    cross_taxpayer,
    duplicate_order,
    order_quantity,
    order_value,
    oversell,
    price_collar,
    restricted_list,
    short_sale,
)

ORDERS = (Stage.Entry, Stage.Routing)
EVERYWHERE = (Stage.Entry, Stage.Routing, Stage.Placement)
DAY, WEEK = Decimal(86_400), Decimal(604_800)
CENT, MOST_MONEY = Decimal("0.01"), Decimal(10**15)
MONEY = "money in the instrument's currency"

RULES: tuple[Rule, ...] = (
    Rule(
        "restricted_list",
        1,
        "The issuer is on the restricted list",
        "Advisers Act 204A; 15c3-5(c)(2)",
        EVERYWHERE,
        restricted_list.check,
        always=True,
        fixed=True,
    ),
    Rule(
        "oversell",
        1,
        "A long sale of more than the account owns",
        "Reg SHO 200(g), 203(b)(1)",
        ORDERS,
        oversell.check,
        always=True,
        fixed=True,
    ),
    Rule(
        "short_sale",
        1,
        "A short sale without permission, locate or need",
        "Reg SHO 200(g), 203(b)(1)",
        ORDERS,
        short_sale.check,
        always=True,
    ),
    Rule(
        "price_collar",
        1,
        "A limit far from the reference price",
        "RTS 6 art. 15(1)(a)",
        EVERYWHERE,
        price_collar.check,
        (
            Parameter(
                "most_distance",
                Decimal("0.0001"),
                Decimal(1),
                "part of the reference price",
                "0.05",
            ),
            Parameter("most_age_seconds", Decimal(1), WEEK, "seconds", "30", whole=True),
        ),
    ),
    Rule(
        "order_value",
        1,
        "An uncommonly large order value",
        "RTS 6 art. 15(1)(b)",
        EVERYWHERE,
        order_value.check,
        (Parameter("most", CENT, MOST_MONEY, MONEY, "10000000"),),
    ),
    Rule(
        "order_quantity",
        1,
        "An uncommonly large order quantity",
        "RTS 6 art. 15(1)(c)",
        EVERYWHERE,
        order_quantity.check,
        (
            Parameter(
                "most", Decimal("0.000001"), Decimal(10**12), "quantity of the instrument", "300000"
            ),
        ),
    ),
    Rule(
        "duplicate_order",
        1,
        "The same order twice",
        "15c3-5(c)(1)(ii)",
        ORDERS,
        duplicate_order.check,
        (Parameter("seconds", Decimal(1), DAY, "seconds", "5", whole=True),),
    ),
    Rule(
        "cash_cover",
        1,
        "A buy that the account's cash does not cover",
        "own policy",
        ORDERS,
        cash_cover.check,
        (
            Parameter("buffer", Decimal(0), MOST_MONEY, MONEY, "0"),
            Parameter("sells", Decimal(0), Decimal(1), "part of the value of open sells", "1"),
        ),
    ),
    Rule(
        "basket_notional",
        1,
        "An uncommonly large basket",
        "own policy, after RTS 6 art. 15(1)(b)",
        (Stage.Basket,),
        basket_notional.check,
        (Parameter("most", CENT, MOST_MONEY, MONEY, "50000000"),),
        fixed=True,
    ),
    Rule(
        "cross_eligible",
        1,
        "A cross with an account that may not cross",
        "17 CFR 270.17a-7(e); Advisers Act 206(3)",
        (Stage.Cross,),
        cross_eligible.check,
        always=True,
        fixed=True,
    ),
    Rule(
        "cross_erisa",
        1,
        "A cross with a plan's account",
        "ERISA 408(b)(19)",
        (Stage.Cross,),
        cross_erisa.check,
        (Parameter("least_assets", CENT, MOST_MONEY, MONEY, "100000000"),),
        always=True,
        fixed=True,
    ),
    Rule(
        "cross_taxpayer",
        1,
        "A cross between accounts of one taxpayer",
        "26 USC 1091; own policy",
        (Stage.Cross,),
        cross_taxpayer.check,
        always=True,
    ),
    Rule(
        "cross_price",
        1,
        "A cross without an independent price",
        "17 CFR 270.17a-7(b)",
        (Stage.Cross,),
        cross_price.check,
        (
            Parameter("most_age_seconds", Decimal(1), DAY, "seconds", "60", whole=True),
            Parameter("most_spread", Decimal("0.0001"), Decimal(1), "part of the mean", "0.02"),
        ),
        always=True,
        fixed=True,
    ),
)

BY_NAME = {rule.name: rule for rule in RULES}

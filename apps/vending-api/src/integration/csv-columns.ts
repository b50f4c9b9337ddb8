/**
 * Every column of our tables by its stable name, with its titles for people. A file that comes back may have either. Titles are
 * unique within a language.
 */
export const CSV_COLUMNS = {
  id: { en: "Id", zh: "编号" },
  site_id: { en: "Site id", zh: "园区编号" },
  building_id: { en: "Building id", zh: "楼栋编号" },
  building: { en: "Building", zh: "楼栋" },
  floors: { en: "Floors", zh: "层数" },
  unit_id: { en: "Unit id", zh: "房间编号" },
  unit: { en: "Unit", zh: "房间" },
  floor: { en: "Floor", zh: "楼层" },
  household_id: { en: "Household id", zh: "住户编号" },
  household: { en: "Household", zh: "住户" },
  name: { en: "Name", zh: "名称" },
  phone: { en: "Phone", zh: "电话" },
  tariff_id: { en: "Tariff id", zh: "电价编号" },
  tariff: { en: "Tariff", zh: "电价" },
  cut_minor: { en: "Cut at (minor units)", zh: "断电余额（最小货币单位）" },
  release_minor: { en: "Release above (minor units)", zh: "恢复余额（最小货币单位）" },
  status: { en: "Status", zh: "状态" },
  opened_at: { en: "Opened at", zh: "开户时间" },
  closed_at: { en: "Closed at", zh: "销户时间" },
  has_login: { en: "May log in", zh: "可登录" },
  at: { en: "Instant (UTC)", zh: "时刻（UTC）" },
  local_time: { en: "Local time", zh: "当地时间" },
  receipt_number: { en: "Receipt", zh: "收据号" },
  kind: { en: "Kind", zh: "类别" },
  seq: { en: "Sequence", zh: "序号" },
  amount: { en: "Amount", zh: "金额" },
  amount_minor: { en: "Amount (minor units)", zh: "金额（最小货币单位）" },
  currency: { en: "Currency", zh: "币种" },
  free_wh: { en: "Free energy (Wh)", zh: "补贴电量（Wh）" },
  balance_after_minor: { en: "Balance after (minor units)", zh: "余额（最小货币单位）" },
  method: { en: "Method", zh: "付款方式" },
  note: { en: "Note", zh: "备注" },
  by: { en: "By", zh: "经办人" },
  delivery: { en: "Delivery", zh: "下发" },
  shift_id: { en: "Shift id", zh: "班次编号" },
  ref: { en: "Reference", zh: "参考号" },
  voided_at: { en: "Voided at", zh: "作废时间" },
  voided_by: { en: "Voided by", zh: "作废人" },
  void_reason: { en: "Void reason", zh: "作废原因" },
  day: { en: "Day", zh: "日期" },
  cashier_id: { en: "Cashier id", zh: "收银员编号" },
  cashier: { en: "Cashier", zh: "收银员" },
  sales: { en: "Sales", zh: "销售笔数" },
  sales_minor: { en: "Sold (minor units)", zh: "销售额（最小货币单位）" },
  voids: { en: "Voids", zh: "作废笔数" },
  voids_minor: { en: "Voided (minor units)", zh: "作废额（最小货币单位）" },
  net_minor: { en: "Net (minor units)", zh: "净额（最小货币单位）" },
  till_id: { en: "Till id", zh: "收款台编号" },
  till: { en: "Till", zh: "收款台" },
  number: { en: "Number", zh: "班次号" },
  person_id: { en: "Person id", zh: "人员编号" },
  person: { en: "Person", zh: "人员" },
  state: { en: "State", zh: "班次状态" },
  float_minor: { en: "Float (minor units)", zh: "备用金（最小货币单位）" },
  expected_cash_minor: { en: "Cash expected (minor units)", zh: "应有现金（最小货币单位）" },
  counted_cash_minor: { en: "Cash counted (minor units)", zh: "实点现金（最小货币单位）" },
  difference_cash_minor: { en: "Cash difference (minor units)", zh: "现金差额（最小货币单位）" },
  difference_card_minor: { en: "Card difference (minor units)", zh: "刷卡差额（最小货币单位）" },
  difference_transfer_minor: { en: "Transfer difference (minor units)", zh: "转账差额（最小货币单位）" },
  wh: { en: "Energy (Wh)", zh: "电量（Wh）" },
  cost_minor: { en: "Cost (minor units)", zh: "电费（最小货币单位）" },
  balance_minor: { en: "Balance (minor units)", zh: "账面余额（最小货币单位）" },
  negative_since: { en: "In debt since", zh: "欠费起始" },
  negative_days: { en: "Days in debt", zh: "欠费天数" },
  policy_id: { en: "Policy id", zh: "补贴政策编号" },
  policy: { en: "Policy", zh: "补贴政策" },
  month: { en: "Month", zh: "月份" },
  commodity: { en: "Currency or Wh", zh: "币种或电量" },
  given: { en: "Given", zh: "发放" },
  used: { en: "Used", zh: "已用" },
  expired: { en: "Expired", zh: "过期" },
  reversed: { en: "Reversed", zh: "撤回" },
  master_id: { en: "Master circuit id", zh: "总表回路编号" },
  master: { en: "Master meter", zh: "总表" },
  circuits: { en: "Circuits", zh: "回路数" },
  master_wh: { en: "Master (Wh)", zh: "总表电量（Wh）" },
  circuits_wh: { en: "Circuits (Wh)", zh: "回路电量合计（Wh）" },
  loss_wh: { en: "Loss (Wh)", zh: "损耗（Wh）" },
  loss_permille: { en: "Loss (‰)", zh: "损耗率（‰）" },
  is_complete: { en: "Complete", zh: "数据完整" },
  rank: { en: "Rank", zh: "名次" },
  share_permille: { en: "Share (‰)", zh: "占比（‰）" },
  previous_hash: { en: "Previous hash", zh: "前一哈希" },
  hash: { en: "Hash", zh: "哈希" },
} as const satisfies Record<string, { en: string; zh: string }>;

export type ColumnName = keyof typeof CSV_COLUMNS;
export const COLUMN_NAMES = Object.keys(CSV_COLUMNS) as ColumnName[];

export const TITLE_CHOICES = ["names", "en", "zh"] as const;
export type TitleChoice = (typeof TITLE_CHOICES)[number];

export function titleOf(column: ColumnName, choice: TitleChoice): string {
  return choice === "names" ? column : CSV_COLUMNS[column][choice];
}

const BY_TITLE = new Map<string, ColumnName>(
  COLUMN_NAMES.flatMap((name) =>
    TITLE_CHOICES.map((choice): [string, ColumnName] => [titleOf(name, choice).toLowerCase(), name]),
  ),
);

/** The column that a header names, by its stable name or a title of either language. */
export function columnTitled(title: string): ColumnName | undefined {
  return BY_TITLE.get(title.trim().toLowerCase());
}
